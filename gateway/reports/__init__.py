"""The evidence report: what a library can show its head, from what several services know."""
