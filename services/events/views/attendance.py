"""Who was there, and who was expected and was not. Key: the activity.

``{entries: [{person, guest, method, at, by}], sessions: {session: [participants]}, absences: [{person, state, at, by}]}``,
entries in the order of recording; ``by`` is who recorded it. ``sessions`` is there where the activity has an agenda.
"""

from __future__ import annotations

from services.events.domain.attendance import AbsenceNoted, AttendanceRecorded, SessionAttended
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View, adding
from services.kernel.views.arrays import appending, replacing, without


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    match recorded.event:
        case AttendanceRecorded(person=person, guest=guest, method=method):
            who = {"person": person, "guest": guest, "method": method}
            entry = {**who, "at": moment(recorded.at), "by": recorded.meta.actor}
            there = without("absences", {"person": str(person)})
            return [Change(recorded.stream_id, {"entries": appending("entries", entry), "absences": there})]
        case SessionAttended(session=session, participant=participant):
            path = f"sessions.{session}"
            return [Change(recorded.stream_id, {path: adding(path, participant)})]
        case AbsenceNoted(person=person, state=state):
            entry = {"person": person, "state": state, "at": moment(recorded.at), "by": recorded.meta.actor}
            return [Change(recorded.stream_id, {"absences": replacing("absences", {"person": person}, entry)})]
    return []


ATTENDANCE_LISTS = View(name="attendance", version=2, apply=apply)
