"""Times in answers, as members has always written them: ISO texts with the offset ``+00:00``, and not the kernel's ``moment``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from services.kernel.declare.schema import Format

IsoTime: TypeAlias = Annotated[str, Format("date-time")]
IsoDate: TypeAlias = Annotated[str, Format("date")]


def iso(at: datetime | None) -> str | None:
    """The time as text, None for None."""
    return None if at is None else at.isoformat()
