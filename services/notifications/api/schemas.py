"""Request shapes that several routes share."""

from __future__ import annotations

from datetime import UTC, datetime

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

_FIRST_TIME, _LAST_TIME = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class PageQuery(Schema):
    limit = fields.Integer(load_default=50, validate=Range(1, 100))
    after = fields.String(load_default=None, validate=Length(1, 500))


def moment() -> fields.AwareDateTime:
    """RFC 3339 with an offset, far enough from the ends of the calendar to be moved to any zone."""
    return fields.AwareDateTime(required=True, format="iso", validate=Range(_FIRST_TIME, _LAST_TIME))
