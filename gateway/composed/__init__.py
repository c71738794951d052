"""Answers that are composed of several services."""
