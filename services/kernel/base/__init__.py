"""Messages, errors, clocks, ids and settings: the room that every other room imports."""
