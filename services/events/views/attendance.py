"""Who was there. Key: the activity.

``{entries: [{person, guest, method, at, by}]}`` in the order of recording; ``by`` is who recorded it.
"""

from __future__ import annotations

from services.events.domain.attendance import AttendanceRecorded
from services.events.times import moment
from services.events.views.arrays import appending
from services.kernel.message import Recorded
from services.kernel.view import Applied, Change, View


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    match recorded.event:
        case AttendanceRecorded(person=person, guest=guest, method=method):
            who = {"person": person, "guest": guest, "method": method}
            entry = {**who, "at": moment(recorded.at), "by": recorded.meta.actor}
            return [Change(recorded.stream_id, {"entries": appending("entries", entry)})]
    return []


ATTENDANCE_LISTS = View(name="attendance", version=1, apply=apply)
