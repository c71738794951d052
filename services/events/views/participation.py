"""Each participant's own history, member or guest.

The view reads both logs. Events of this service write ``activities`` alone, facts of members write all other fields, so
the order in which the two logs are read does not matter: a guest tied to a member before an activity ends with the same
history as a guest tied afterwards. ``together`` joins the rows of one person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.events.domain.attendance import AttendanceRecorded, SessionAttended
from services.events.domain.feedback import FeedbackGiven
from services.events.domain.seats import IN_LINE, TAKEN, PlacedInLine, SeatPromoted, SeatReleased, SeatTaken
from services.heard.members import GUESTS_TIED, GuestTied, MemberPlaced
from services.kernel.base.message import Fact, Recorded
from services.kernel.base.times import moment
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.schema import UNSET, Unset
from services.kernel.declare.view import COMMITS, INBOX, Applied, Change, View, adding

RELEASED = "released"


HEARD = FactShapes({**GUESTS_TIED, "members.member-joined": MemberPlaced})


@dataclass(frozen=True)
class Took:
    """How a person took part in one activity. ``seat`` is taken, line or released, None without a registration."""

    seat: str | None = None
    attended: bool = False
    sessions: tuple[str, ...] = ()
    method: str | None = None
    at: str | None = None
    feedback: bool = False


@dataclass(frozen=True)
class ParticipationRow:
    """``activities`` by activity. ``person`` is the person whom a guest is known to be, ``guests`` are a person's guest
    ids; ``region`` is a member's own, and set for members alone.
    """

    participant: str
    activities: Mapping[str, Took] = field(default_factory=dict)
    person: str | None = None
    guests: tuple[str, ...] = ()
    region: str | Unset | None = UNSET


def apply(fact: Recorded | Fact) -> Applied:
    if isinstance(fact, Fact):
        return _heard(fact)
    participant, changed = _changed(fact)
    if not participant:
        return []
    path = f"activities.{fact.stream_id}"
    if isinstance(fact.event, SessionAttended):
        return [Change(participant, {f"{path}.sessions": adding(f"{path}.sessions", fact.event.session)})]
    return [Change(participant, {f"{path}.{name}": value for name, value in changed.items()})]


def together(rows: Iterable[ParticipationRow]) -> dict[str, Took]:
    """One history by activity, from the rows of all ids of one person.

    Where two ids met at one activity, both count; a seat outranks a place in line, and both outrank a released seat.
    """
    ranks = (None, RELEASED, IN_LINE, TAKEN)
    history: dict[str, Took] = {}
    for row in rows:
        for activity, took in row.activities.items():
            known = history.get(activity, Took())
            there = took if took.attended and not known.attended else known
            history[activity] = replace(
                there,
                seat=max(known.seat, took.seat, key=ranks.index),
                sessions=tuple(sorted({*known.sessions, *took.sessions})),
                feedback=known.feedback or took.feedback,
            )
    return history


def _heard(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case GuestTied(guest, person):
            return [Change(guest, {"person": person}), Change(person, {"guests": adding("guests", guest)})]
        case MemberPlaced(person):
            return [Change(person, {"region": fact.region})]
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


PARTICIPATION = View(name="participation", version=2, row=ParticipationRow, apply=apply, logs=(COMMITS, INBOX))
