"""The only public door: says who asks, forwards, composes, shows pages. It decides nothing and has no database."""
