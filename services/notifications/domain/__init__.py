"""What notifications decides: messages and how each person wants them. Pure."""
