"""Process managers of notifications: one module a manager. `declare/collect.py` finds them."""
