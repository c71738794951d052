"""Things that happen in these tests, with whatever does not matter made up."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Event, Fact, Metadata, Recorded
from tests.support import sample_facts
from tests.support.sample_community import NOW


def recorded(stream: str, event: Event, position: int = 1, at: datetime = NOW, **changed: Any) -> Recorded:
    """An event as it stands in the log."""
    meta = Metadata("correlation", actor="actor-1")
    made = Recorded(position, 0, stream, position, derived_id(stream, position), event, at, at, meta)
    return replace(made, **changed)


def heard(kind: str, data: dict[str, Any], region: str | None = None, source: str = "members", n: int = 1) -> Fact:
    """A fact of another service."""
    sample_facts.checked(source, kind, data)
    subject = str(next(iter(data.values()), "subject"))
    return Fact(source, "epoch", n, derived_id(source, n), kind, 1, subject, region, NOW, data, "c", position=n)
