"""From a planned delivery to a letter or chat message, and what became of it."""
