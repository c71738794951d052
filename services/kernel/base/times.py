"""A moment as it leaves the service: RFC 3339 in UTC, to the second, in a form whose order as text is its order in time."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """``2026-03-14T08:30:00Z`` of an aware datetime; what is finer than a second is dropped."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """The aware datetime that a fact's text says, in UTC; a date alone is its first moment. Raises ``ValueError``."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
