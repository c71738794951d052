"""Times as texts: RFC 3339 in UTC, to the second, so that the order of the texts is the order of the times."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """``2026-03-14T08:30:00Z`` for an aware datetime; fractions of a second are dropped."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """The aware datetime in UTC of a fact's text; a date without a time means the start of the day. Raises
    ``ValueError``.
    """
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
