"""Answers composed from several services."""
