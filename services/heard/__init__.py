"""What several services read of another service's facts: the facts' dataclasses, and the views that are equal.

This room is no service: nothing here decides, stores or answers. A service takes what it needs, and keeps what it alone reads.
"""
