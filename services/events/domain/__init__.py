"""The decisions of the events service: one module an aggregate, pure."""
