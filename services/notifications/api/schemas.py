"""Request shapes that several routes share."""

from __future__ import annotations

from datetime import UTC, datetime

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range, Regexp

_FIRST_TIME, _LAST_TIME = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class PageQuery(Schema):
    limit = fields.Integer(load_default=50, validate=Range(1, 100))
    after = fields.String(load_default=None, validate=Length(1, 500))


def identity(required: bool = True) -> fields.String:
    """An id that came from outside: it becomes part of keys and queries, so it holds no dots and no dollars."""
    return fields.String(required=required, validate=Regexp(r"^[A-Za-z0-9_-]{1,64}$", error="Not an id."))


def moment() -> fields.AwareDateTime:
    """RFC 3339 with an offset, far enough from the ends of the calendar to be moved to any zone."""
    return fields.AwareDateTime(required=True, format="iso", validate=Range(_FIRST_TIME, _LAST_TIME))
