"""The decisions of the mentoring service: one file an aggregate, pure."""
