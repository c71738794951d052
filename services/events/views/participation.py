"""Each participant's own history, member or guest. Key: the participant's id.

``{activities: {activity: {seat, attended, sessions, method, at, feedback}}, person, guests: [ids], region}``; ``person`` is whom a
guest turned out to be, ``guests`` the other way round, ``region`` a member's own.

It reads both logs. Events of this service write ``activities`` alone, facts of others everything else, so it is the same
view however the two are interleaved: a guest who was there before anybody knew who it was, and one who was known before,
end alike. A reader of the view puts a person's documents together (``together``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.events.domain.attendance import AttendanceRecorded, SessionAttended
from services.events.domain.feedback import FeedbackGiven
from services.events.domain.seats import IN_LINE, TAKEN, PlacedInLine, SeatPromoted, SeatReleased, SeatTaken
from services.kernel.message import Fact, Recorded
from services.kernel.times import moment
from services.kernel.view import COMMITS, INBOX, Applied, Change, View, adding

RELEASED = "released"
NOTHING: Mapping[str, Any] = {"seat": None, "attended": False, "sessions": [], "method": None, "at": None}


def apply(fact: Recorded | Fact) -> Applied:
    """What an event of this service, or a fact of another, changes."""
    if isinstance(fact, Fact):
        return _heard(fact)
    participant, changed = _changed(fact)
    if not participant:
        return []
    path = f"activities.{fact.stream_id}"
    if isinstance(fact.event, SessionAttended):
        return [Change(participant, {f"{path}.sessions": adding(f"{path}.sessions", fact.event.session)})]
    return [Change(participant, {f"{path}.{name}": value for name, value in changed.items()})]


def together(documents: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """One history of the documents of all ids of one person: activity → ``{seat, attended, sessions, method, at, feedback}``.

    Where two ids met at one activity, what either has counts; a seat outranks a place in line, and both a released one.
    """
    ranks = (None, RELEASED, IN_LINE, TAKEN)
    history: dict[str, dict[str, Any]] = {}
    for document in documents:
        for activity, entry in document.get("activities", {}).items():
            standing = history.setdefault(activity, dict(NOTHING))
            standing["sessions"] = sorted({*standing["sessions"], *entry.get("sessions", ())})
            standing["seat"] = max(standing["seat"], entry.get("seat"), key=ranks.index)
            if entry.get("attended") and not standing["attended"]:
                standing.update({name: entry.get(name) for name in ("attended", "method", "at")})
            standing["feedback"] = standing.get("feedback", False) or entry.get("feedback", False)
    return history


def _heard(fact: Fact) -> Applied:
    match fact.name:
        case "members.guest-tied":
            guest, person = str(fact.data["guest"]), str(fact.data["person"])
            return [Change(guest, {"person": person}), Change(person, {"guests": adding("guests", guest)})]
        case "members.member-joined":
            return [Change(str(fact.data["person"]), {"region": fact.region})]
    return []


def _changed(recorded: Recorded) -> tuple[str, dict[str, Any]]:
    match recorded.event:
        case SeatTaken(person=person) | SeatPromoted(person=person):
            return person, {"seat": TAKEN}
        case PlacedInLine(person=person):
            return person, {"seat": IN_LINE}
        case SeatReleased(person=person):
            return person, {"seat": RELEASED}
        case AttendanceRecorded(person=person, guest=guest, method=method):
            return str(person or guest), {"attended": True, "method": method, "at": moment(recorded.at)}
        case SessionAttended(participant=participant):
            return participant, {}
        case FeedbackGiven(person=person):
            return person, {"feedback": True}
    return "", {}


PARTICIPATION = View(name="participation", version=2, apply=apply, logs=(COMMITS, INBOX))
