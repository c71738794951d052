"""From a command to its outcome."""
