"""Routes of the events service: one module a resource. `declare/collect.py` finds them."""
