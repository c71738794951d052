"""Views: how they are kept level with a log, and how they are read."""
