"""Fields that several resources share: times, types of facts, regions, and patterns of the last two."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, Regexp

from services.kernel.declare.schema import Format

MAX_NAMES = 50
TYPE_PATTERN = r"[a-z*][a-z0-9*.-]{0,79}"
REGION = r"[A-Za-z0-9_-]{1,64}|\*"


class Names(fields.String):
    """Several names in one text with commas between them, read as a tuple without repetitions."""

    def __init__(self, pattern: str, error: str, description: str) -> None:
        super().__init__(load_default=(), metadata={"description": description})
        self._name = full_match(pattern, error)

    def _deserialize(self, value: Any, *where: Any, **options: Any) -> Any:
        text = super()._deserialize(value, *where, **options)
        found = tuple(dict.fromkeys(str(text).split(",")))
        if len(found) > MAX_NAMES:
            raise ValidationError(f"At most {MAX_NAMES}.")
        for name in found:
            self._name(name)
        return found


def full_match(pattern: str, error: str) -> Regexp:
    """A pattern that the whole text must match, and not only its beginning."""
    return Regexp(rf"(?:{pattern})\Z", error=error)


Time: TypeAlias = Annotated[str, Format("date-time")]
"""A moment as RFC 3339 text."""
TypePatterns: TypeAlias = Annotated[
    tuple[Annotated[str, full_match(TYPE_PATTERN, "No type of a fact.")], ...], Length(0, MAX_NAMES)
]
"""Patterns of types of facts: ``activity-*``, ``mentoring.library-smooth``."""
_Region: TypeAlias = Annotated[str, full_match(REGION, "No region.")]
Regions: TypeAlias = Annotated[tuple[_Region, ...], Length(0, MAX_NAMES)]
"""Ids of regions, ``*`` for all; none are allowed."""
SomeRegions: TypeAlias = Annotated[tuple[_Region, ...], Length(1, MAX_NAMES)]
"""Ids of regions, ``*`` for all; at least one."""
