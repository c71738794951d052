"""The decisions of members: one file an aggregate, pure."""
