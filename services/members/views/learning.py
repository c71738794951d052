"""The attendances and visits of people.

The view reads both logs, and each log changes fields of its own, so the order of the two does not matter. A guest's
attendances stay in the guest's own document, which names the member.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.heard.events import AttendanceRecorded
from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import COMMITS, INBOX, Applied, Change, View
from services.members.domain.guest import GuestTied


@dataclass(frozen=True)
class VisitLogged:
    """``staff`` are the people whom the visit was for."""

    mentorship: str
    visit: str
    units: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()


HEARD = FactShapes(
    {"events.attendance-recorded": AttendanceRecorded, "mentoring.visit-logged": VisitLogged},
)


@dataclass(frozen=True)
class VisitRow:
    mentorship: str
    units: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class LearningRow:
    """``participant`` is a member or a guest; ``person`` is the member behind a guest. ``attended`` maps an activity to
    the time of presence, ``visits`` a visit's id to the visit.
    """

    participant: str
    person: str | None = None
    attended: Mapping[str, datetime] = field(default_factory=dict)
    visits: Mapping[str, VisitRow] = field(default_factory=dict)


def apply(told: Recorded | Fact) -> Applied:
    if isinstance(told, Fact):
        return _heard(told)
    match told.event:
        case GuestTied(person=person):
            return [Change(told.stream_id, {"person": person})]
    return []


def _heard(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case AttendanceRecorded(activity, person, guest):
            participant = person or guest
            return [Change(participant, {f"attended.{activity}": fact.at})] if participant else []
        case VisitLogged(mentorship, visit, units, staff):
            logged = VisitRow(mentorship, units, fact.at)
            return [Change(person, {f"visits.{visit}": logged}) for person in dict.fromkeys(staff)]
    return []


LEARNING = View(
    name="learning", version=1, row=LearningRow, apply=apply, logs=(COMMITS, INBOX), indexes=([("person", 1)],)
)
