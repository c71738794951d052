"""Telegram's Bot API over HTTP, and how fast it may be used."""
