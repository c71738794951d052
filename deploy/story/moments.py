"""Times as answers give them."""

from datetime import UTC, datetime


def moment(text: str) -> datetime:
    """The aware datetime, in UTC, of an RFC 3339 text."""
    return datetime.fromisoformat(text).astimezone(UTC)
