"""Shapes of requests and answers that every service has: ids, lines, times, pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, Range, Regexp

from services.kernel.route import Answer, Request
from services.kernel.view_store import Page

_FIRST_TIME, _LAST_TIME = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
_SAYS_SOMETHING = Regexp(r"(?s).*\S", error="Blanks say nothing.")
_IDENTITY = Regexp(r"[A-Za-z0-9_-]{1,64}\Z", error="Not an id.")


def identity(required: bool = True, **options: Any) -> fields.String:
    """An id that came from outside: it becomes part of keys and paths of views, so it holds no dots and no dollars."""
    return fields.String(required=required, validate=_IDENTITY, **options)


def line(required: bool = True, longest: int = 200, **options: Any) -> fields.String:
    """A line of text, not empty and not of blanks alone."""
    return fields.String(required=required, validate=[Length(1, longest), _SAYS_SOMETHING], **options)


def number(lowest: int, highest: int, required: bool = True, **options: Any) -> fields.Integer:
    """A whole number within bounds; "3" and 3.0 are not."""
    return fields.Integer(required=required, strict=True, validate=Range(lowest, highest), **options)


class Truth(fields.Boolean):
    """True or false and nothing that looks like it: marshmallow's own takes 1, "yes" and "on" too."""

    def _deserialize(self, value: Any, *_where: Any, **_options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def truth(required: bool = True, **options: Any) -> fields.Boolean:
    """True or false."""
    return Truth(required=required, **options)


def time(required: bool = True, **options: Any) -> fields.AwareDateTime:
    """RFC 3339 with an offset, and far enough from the ends of the calendar to be moved to any zone and counted from."""
    return fields.AwareDateTime(required=required, format="iso", validate=_within_the_calendar, **options)


class Paging(Schema):
    """How long a page is, and behind which cursor it begins."""

    limit = fields.Integer(load_default=50, validate=Range(1, 100))
    after = fields.String(load_default=None)


def listing(item: type[Schema]) -> Schema:
    """The answer of a list: its items and the next cursor."""
    shape: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item)),
        "next": fields.String(allow_none=True),
    }
    return Schema.from_dict(shape, name=f"{item.__name__}List")()


def paged(page: Page, shown: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
    """A page of a view as an answer."""
    return Answer({"items": [shown(document) for document in page.items], "next": page.next})


def paging(request: Request) -> dict[str, Any]:
    """The page that a request asks for, as ``Views.find`` takes it."""
    return {"limit": request.query["limit"], "after": request.query["after"]}


def _within_the_calendar(at: datetime) -> None:
    if not _FIRST_TIME <= at <= _LAST_TIME:
        raise ValidationError("Not a time that anything happens at.")
