"""Process managers of events: one module a manager. `declare/collect.py` finds them."""
