"""From what the other services tell to the messages that follow."""
