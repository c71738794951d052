"""Who asks and who answers: what a community needs to see that it comes to help itself. Key: ``person.<id>``,
``library.<id>``, ``region.<id>``, or ``there.<region>.<id>`` for a person in one region.

``{kind, region, asked, answered, months: {"2026-03": asked}}``; a library answers nothing, and its months say whether it
calls less and less. Whoever is erased stays a number.
"""

from __future__ import annotations

from services.kernel.base.local_time import local
from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View, increment
from services.mentoring.domain.consultation_acts import ConsultationAnswered, ConsultationAsked

PERSON, LIBRARY, REGION = "person", "library", "region"
THERE = "there"
"""A person in one region: who asks in two is one of the people of each."""


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    month = f"months.{local(recorded.at):%Y-%m}"
    match recorded.event:
        case ConsultationAsked(asker=asker, region=region, library=library):
            whose = [(PERSON, asker), (REGION, region), *([(LIBRARY, library)] if library else [])]
            asked = {"asked": increment("asked"), month: increment(month)}
            own = {"asked": increment("asked")}
            return [*(_of(kind, name, region, asked) for kind, name in whose), _there(asker, region, own)]
        case ConsultationAnswered(by=by, region=region):
            answered = {"answered": increment("answered")}
            both = [_of(kind, name, region, answered) for kind, name in ((PERSON, by), (REGION, region))]
            return [*both, _there(by, region, answered)]
    return []


def _there(person: str, region: str, counted: dict[str, object]) -> Change:
    return _of(THERE, f"{region}.{person}", region, counted)


def _of(kind: str, name: str, region: str, counted: dict[str, object]) -> Change:
    return Change(f"{kind}.{name}", {"kind": kind, "region": region, **counted})


EXCHANGE = View(name="exchange", version=2, apply=apply, indexes=([("kind", 1), ("region", 1)],))
