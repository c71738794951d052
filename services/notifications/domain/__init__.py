"""Decisions of notifications: messages, preferences, announcements, contacts, partners and subscriptions. Pure."""
