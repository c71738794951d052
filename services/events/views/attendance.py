"""Attendance lists: people who were at an activity, and expected people who did not come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from services.events.domain.attendance import AbsenceNoted, AttendanceRecorded, SessionAttended
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View, adding
from services.kernel.views.arrays import appending, replacing, without


@dataclass(frozen=True)
class EntryRow:
    """Either ``person`` or ``guest``. ``method`` is code, coordinator, walk-in or reply; ``by`` recorded the entry."""

    person: str | None
    guest: str | None
    method: str
    at: str
    by: str | None

    @property
    def participant(self) -> str:
        return self.person or self.guest or ""


@dataclass(frozen=True)
class AbsenceRow:
    """``state`` is excused or absent; ``by`` noted the absence."""

    person: str
    state: str
    at: str
    by: str | None


@dataclass(frozen=True)
class AttendanceRow:
    """``entries`` in the order of recording. With an agenda, ``sessions`` holds the participants by session."""

    activity: str
    entries: tuple[EntryRow, ...] = ()
    sessions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absences: tuple[AbsenceRow, ...] = ()


def apply(recorded: Recorded) -> Applied:
    activity, at, by = recorded.stream_id, moment(recorded.at), recorded.meta.actor
    match recorded.event:
        case AttendanceRecorded(person=person, guest=guest, method=method):
            entry = asdict(EntryRow(person, guest, method, at, by))
            absences = without("absences", {"person": str(person)})
            return [Change(activity, {"entries": appending("entries", entry), "absences": absences})]
        case SessionAttended(session=session, participant=participant):
            path = f"sessions.{session}"
            return [Change(activity, {path: adding(path, participant)})]
        case AbsenceNoted(person=person, state=state):
            absence = asdict(AbsenceRow(person, state, at, by))
            return [Change(activity, {"absences": replacing("absences", {"person": person}, absence)})]
    return []


ATTENDANCE_LISTS = View(name="attendance", version=2, row=AttendanceRow, apply=apply)
