"""Views of mentoring: one module a view. `declare/collect.py` finds them."""
