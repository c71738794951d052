"""How many questions are asked and answered, by person, library and region. Key: ``person.<id>``, ``library.<id>``,
``region.<id>``, or ``there.<region>.<id>`` for a person in one region.

The numbers show whether a community comes to help itself. An erased person stays a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.kernel.base.local_time import local
from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View, increment
from services.mentoring.domain.consultation_messages import ConsultationAnswered, ConsultationAsked

PERSON, LIBRARY, REGION = "person", "library", "region"
THERE = "there"
"""A person in one region. A person who asks in two regions counts in both."""


@dataclass(frozen=True)
class ExchangeRow:
    """``months`` counts the questions by month, ``2026-03``: a library may ask less and less. A library answers nothing."""

    key: str
    kind: str
    region: str
    asked: int = 0
    answered: int = 0
    months: Mapping[str, int] = field(default_factory=dict)


def apply(recorded: Recorded) -> Applied:
    month = f"months.{local(recorded.at):%Y-%m}"
    match recorded.event:
        case ConsultationAsked(asker=asker, region=region, library=library):
            askers = [(PERSON, asker), (REGION, region), *([(LIBRARY, library)] if library else [])]
            asked = {"asked": increment("asked"), month: increment(month)}
            there = _counted(THERE, f"{region}.{asker}", region, {"asked": increment("asked")})
            return [*(_counted(kind, name, region, asked) for kind, name in askers), there]
        case ConsultationAnswered(by=by, region=region):
            answerers = [(PERSON, by), (REGION, region), (THERE, f"{region}.{by}")]
            return [_counted(kind, name, region, {"answered": increment("answered")}) for kind, name in answerers]
    return []


def _counted(kind: str, name: str, region: str, counts: Mapping[str, Any]) -> Change:
    return Change(f"{kind}.{name}", {"kind": kind, "region": region, **counts})


EXCHANGE = View(name="exchange", version=2, row=ExchangeRow, apply=apply, indexes=([("kind", 1), ("region", 1)],))
