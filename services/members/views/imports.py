"""How far each import of registrations is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.registration_import import BAD, DIFFERENT, ImportFinished, ImportStarted, RowsTaken

RUNNING = "running"
FINISHED = "finished"


@dataclass(frozen=True)
class ReportRow:
    """A row for a person to look at: ``bad`` with the reasons, ``different`` with the differing fields."""

    kind: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class ImportRow:
    """``by`` is the person who brought the table. ``state`` is running or finished. The counts are of rows. ``reports`` holds
    what is said of a row by the row's number.
    """

    identity: str
    by: str
    state: str
    rows: int
    done: int
    joined: int
    known: int
    different: int
    bad: int
    reports: Mapping[str, ReportRow]


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case ImportStarted() as event:
            row = ImportRow(
                identity=recorded.stream_id,
                by=event.by,
                state=RUNNING,
                rows=event.rows,
                done=0,
                joined=0,
                known=0,
                different=0,
                bad=0,
                reports={},
            )
            return [Change.put(row)]
        case RowsTaken() as event:
            return [Change(recorded.stream_id, _counts_and_reports(event))]
        case ImportFinished():
            return [Change(recorded.stream_id, {"state": FINISHED})]
    return []


def _counts_and_reports(event: RowsTaken) -> Mapping[str, int | ReportRow]:
    counts = {name: getattr(event, name) for name in ("done", "joined", "known", "different", "bad")}
    reports = {
        f"reports.{outcome.row}": ReportRow(outcome.kind, outcome.about)
        for outcome in event.outcomes
        if outcome.kind in {BAD, DIFFERENT}
    }
    return counts | reports


IMPORTS = View(name="imports", version=1, row=ImportRow, apply=apply, indexes=([("by", 1)],))
