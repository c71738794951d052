"""Views of members: one module a view. `declare/collect.py` finds them."""
