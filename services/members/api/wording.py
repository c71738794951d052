"""Fields and schemas that several modules of the surface share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel import shapes
from services.kernel.problem import Malformed
from services.members.contact import Contact, Unreadable
from services.members.joining import LONGEST_TEXT

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def text(longest: int = LONGEST_TEXT, **options: Any) -> fields.String:
    """A text that is not empty."""
    return fields.String(validate=[validate.Length(1, longest), validate.Regexp(r"\s*\S")], **options)


def slug(**options: Any) -> fields.String:
    """A short name for use in addresses: small letters, digits, single dashes."""
    return fields.String(validate=[validate.Length(1, 60), validate.Regexp(f"{SLUG}\\Z")], **options)


def identity(**options: Any) -> fields.String:
    """An id as an answer gave it."""
    return fields.String(validate=validate.Length(1, 80), **options)


def time(**options: Any) -> fields.AwareDateTime:
    """RFC 3339 with an offset, and far enough from the ends of the calendar to be moved to any zone."""
    return shapes.time(**{"required": False, **options})


class Empty(Schema):
    """No fields."""


class Paging(Schema):
    """Which part of a list: ``limit`` items behind the cursor ``after``."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))
    after = fields.String()


class Named(Schema):
    """A person whose name is public, for the office they hold; null where it is erased."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


def given_contact(read: Callable[[str], Contact], field: str, value: str | None) -> Contact | None:
    """The contact in a field of the body, None where none is given. Raises ``Malformed`` naming the field."""
    if value is None:
        return None
    try:
        return read(value)
    except Unreadable as error:
        raise Malformed(errors={field: [f"This is {error}."]}) from error
