"""Tells people of facts that concern them: once, in their language, outside their quiet hours."""
