"""The community's bot: what people write to it, and what it answers."""
