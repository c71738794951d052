"""Process managers: how they react to facts and to deadlines."""
