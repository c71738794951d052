"""Request shapes that several routes share."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range


class PageQuery(Schema):
    limit = fields.Integer(load_default=50, validate=Range(1, 100))
    after = fields.String(load_default=None, validate=Length(1, 500))
