"""What members does about what happened: one file a process."""
