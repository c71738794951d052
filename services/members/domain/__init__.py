"""What members decides: one file an aggregate, pure."""
