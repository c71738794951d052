"""Telegram's Bot API over HTTP, and the limits of its use."""
