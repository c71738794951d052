"""Attendance and skill of each participant, as events and members told. Key: the participant, member or guest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, Remove, View, adding, taking


@dataclass(frozen=True)
class AttendanceRecorded:
    activity: str
    person: str | None
    guest: str | None


@dataclass(frozen=True)
class CompetenceRated:
    person: str
    unit: str
    level: int
    aspect: str
    rater: str


@dataclass(frozen=True)
class AffiliationStarted:
    person: str
    library: str


@dataclass(frozen=True)
class AffiliationEnded:
    person: str
    library: str


@dataclass(frozen=True)
class MemberPlaced:
    """A member joined, or moved to another region or sub-district."""

    person: str
    subdistrict: str | None = None


@dataclass(frozen=True)
class MemberErased:
    """``ids`` are the member's own and those of the guests that the member was."""

    person: str
    ids: tuple[str, ...]


HEARD = FactShapes(
    {
        "events.attendance-recorded": AttendanceRecorded,
        "members.competence-rated": CompetenceRated,
        "members.affiliation-started": AffiliationStarted,
        "members.affiliation-ended": AffiliationEnded,
        "members.member-joined": MemberPlaced,
        "members.member-changed": MemberPlaced,
        "members.member-erased": MemberErased,
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
        case AffiliationStarted(person, library):
            return [Change(person, {"libraries": adding("libraries", library)})]
        case AffiliationEnded(person, library):
            return [Change(person, {"libraries": taking("libraries", library)})]
        case MemberPlaced(person, subdistrict):
            return [Change(person, {"region": fact.region, "subdistrict": subdistrict})]
        case MemberErased(person, ids):
            return [Remove(identity) for identity in dict.fromkeys([person, *ids])]
    return []


PRACTICE = View(name="practice", version=1, row=PracticeRow, apply=apply, logs=(INBOX,))
