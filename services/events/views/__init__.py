"""Views of events: one module a view. `declare/collect.py` finds them."""
