"""Routes of mentoring: one module a resource. `declare/collect.py` finds them."""
