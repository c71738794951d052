"""Views: how they follow a log, and how they are read."""
