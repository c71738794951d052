"""Views of notifications: one module a view. `declare/collect.py` finds them."""
