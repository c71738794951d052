"""How far imports are: ``{_id: import, by, state, rows, done, joined, known, different, bad, reports}``.

``state`` is ``running`` or ``finished``. ``reports`` maps a row's number to ``{kind, about}`` for the rows that a person
must look at: ``bad`` ones with their reasons, ``different`` ones with the fields.
"""

from __future__ import annotations

from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.registration_import import BAD, DIFFERENT, ImportFinished, ImportStarted, RowsTaken


def apply(recorded: Recorded) -> Applied:
    """One document an import."""
    match recorded.event:
        case ImportStarted() as event:
            nothing = {"done": 0, "joined": 0, "known": 0, "different": 0, "bad": 0, "reports": {}}
            started = {"by": event.by, "state": "running", "rows": event.rows, **nothing}
            return [Change(recorded.stream_id, started)]
        case RowsTaken() as event:
            return [Change(recorded.stream_id, _taken(event))]
        case ImportFinished():
            return [Change(recorded.stream_id, {"state": "finished"})]
        case _:
            return []


def _taken(event: RowsTaken) -> dict[str, Any]:
    counts = {name: getattr(event, name) for name in ("done", "joined", "known", "different", "bad")}
    reports = {
        f"reports.{outcome.row}": {"kind": outcome.kind, "about": list(outcome.about)}
        for outcome in event.outcomes
        if outcome.kind in {BAD, DIFFERENT}
    }
    return counts | reports


IMPORTS = View("imports", 1, apply, indexes=[[("by", 1)]])
