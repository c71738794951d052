"""Routes of members: one module a resource. `declare/collect.py` finds them."""
