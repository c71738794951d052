"""Topics, the activities about topics, their seats, their attendance and their feedback."""
