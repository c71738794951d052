"""Personal data: keys, claims, and everything that is known of one person."""
