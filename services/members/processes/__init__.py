"""Process managers of members: one module a manager. `declare/collect.py` finds them."""
