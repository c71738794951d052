"""Process managers of mentoring: one module a manager. `declare/collect.py` finds them."""
