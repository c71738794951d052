"""Tells people what concerns them: once, in their language, not in their quiet hours."""
