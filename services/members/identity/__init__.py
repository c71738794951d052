"""Contacts, claims and joining."""
