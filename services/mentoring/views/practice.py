"""Attendance and skill of each participant, as events and members told. Key: the participant, member or guest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.heard.events import AttendanceRecorded
from services.heard.members import (
    MEMBERS_ERASED,
    MEMBERS_PLACED,
    AffiliationEnded,
    AffiliationStarted,
    MemberErased,
    MemberPlaced,
)
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, Remove, View, adding, taking


@dataclass(frozen=True)
class CompetenceRated:
    person: str
    unit: str
    level: int
    aspect: str
    rater: str


HEARD = FactShapes(
    {
        "events.attendance-recorded": AttendanceRecorded,
        "members.competence-rated": CompetenceRated,
        "members.affiliation-started": AffiliationStarted,
        "members.affiliation-ended": AffiliationEnded,
        **MEMBERS_PLACED,
        **MEMBERS_ERASED,
    }
)


@dataclass(frozen=True)
class PracticeRow:
    """``activities`` hold true for each activity attended. ``levels`` hold the latest level of skill by unit, from second raters.
    ``libraries`` are the present places of work.
    """

    participant: str
    activities: Mapping[str, bool] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    subdistrict: str | None = None
    region: str | None = None


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case AttendanceRecorded(activity, person, guest):
            return [Change(str(person or guest), {f"activities.{activity}": True})]
        case CompetenceRated(person, unit, level, aspect="skill", rater="second"):
            return [Change(person, {f"levels.{unit}": level})]
        case AffiliationStarted(library, person):
            return [Change(person, {"libraries": adding("libraries", library)})]
        case AffiliationEnded(library, person):
            return [Change(person, {"libraries": taking("libraries", library)})]
        case MemberPlaced(person, subdistrict):
            return [Change(person, {"region": fact.region, "subdistrict": subdistrict})]
        case MemberErased() as erased:
            return [Remove(identity) for identity in erased.all_ids]
    return []


PRACTICE = View(name="practice", version=1, row=PracticeRow, apply=apply, logs=(INBOX,))
