"""The decisions of the events service: one file an aggregate, pure."""
