"""Routes of notifications: one module a resource. `declare/collect.py` finds them."""
