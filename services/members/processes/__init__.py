"""The process managers of members: one file a process."""
