"""The only public door: identifies callers, forwards requests, composes answers, shows pages. The gateway has no
database and no rules.
"""
