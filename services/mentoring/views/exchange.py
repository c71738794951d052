"""Who asks and who answers: what a community needs to see that it comes to help itself. Key: ``person.<id>``,
``library.<id>`` or ``region.<id>``.

``{kind, region, asked, answered, months: {"2026-03": asked}}``; a library answers nothing, and its months say whether it
calls less and less. Whoever is erased stays a number.
"""

from __future__ import annotations

from services.kernel.message import Recorded
from services.kernel.view import Applied, Change, View, increment
from services.mentoring.domain.consultation_acts import ConsultationAnswered, ConsultationAsked
from services.mentoring.domain.school_days import JAKARTA

PERSON, LIBRARY, REGION = "person", "library", "region"


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    month = f"months.{recorded.at.astimezone(JAKARTA):%Y-%m}"
    match recorded.event:
        case ConsultationAsked(asker=asker, region=region, library=library):
            whose = [(PERSON, asker), (REGION, region), *([(LIBRARY, library)] if library else [])]
            asked = {"asked": increment("asked"), month: increment(month)}
            return [_of(kind, name, region, asked) for kind, name in whose]
        case ConsultationAnswered(by=by, region=region):
            answered = {"answered": increment("answered")}
            return [_of(kind, name, region, answered) for kind, name in ((PERSON, by), (REGION, region))]
    return []


def _of(kind: str, name: str, region: str, counted: dict[str, object]) -> Change:
    return Change(f"{kind}.{name}", {"kind": kind, "region": region, **counted})


EXCHANGE = View(name="exchange", version=1, apply=apply, indexes=([("kind", 1), ("region", 1)],))
