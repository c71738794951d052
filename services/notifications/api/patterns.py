"""Fields that name types of facts and regions, or patterns of them."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Regexp

NAMES_AT_MOST = 50
TYPE_PATTERN = r"[a-z*][a-z0-9*.-]{0,79}"
REGION = r"[A-Za-z0-9_-]{1,64}|\*"


class Names(fields.String):
    """Several names with commas between them, read as a tuple."""

    def __init__(self, pattern: str, error: str) -> None:
        super().__init__(load_default=())
        self._each = matching(pattern, error)

    def _deserialize(self, value: Any, *where: Any, **options: Any) -> Any:
        text = super()._deserialize(value, *where, **options)
        found = tuple(dict.fromkeys(str(text).split(",")))
        if len(found) > NAMES_AT_MOST:
            raise ValidationError(f"At most {NAMES_AT_MOST}.")
        for each in found:
            self._each(each)
        return found


def matching(pattern: str, error: str) -> Regexp:
    """The whole of a text, and not only its beginning."""
    return Regexp(rf"(?:{pattern})\Z", error=error)


def types(required: bool = False) -> fields.List[Any]:
    """Patterns of types: ``activity-*``, ``mentoring.library-smooth``."""
    each = fields.String(validate=matching(TYPE_PATTERN, "No type of a fact."))
    return _several(each, required)


def regions(required: bool = False) -> fields.List[Any]:
    """Regions, ``*`` for all."""
    return _several(fields.String(validate=matching(REGION, "No region.")), required)


def _several(each: fields.String, required: bool) -> fields.List[Any]:
    if required:
        return fields.List(each, required=True, validate=Length(1, NAMES_AT_MOST))
    return fields.List(each, load_default=list, validate=Length(0, NAMES_AT_MOST))
