"""Personal data: keys, claims, and the copy of a person's own data."""
