"""Activities and mentorships as occasions to learn, from the facts of events and mentoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.heard.events import ActivityPublished, ActivityRescheduled
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View

ACTIVITY = "activity"
MENTORSHIP = "mentorship"


@dataclass(frozen=True)
class MentorshipOpened:
    mentorship: str
    library: str


HEARD = FactShapes(
    {
        "events.activity-published": ActivityPublished,
        "events.activity-rescheduled": ActivityRescheduled,
        "mentoring.mentorship-opened": MentorshipOpened,
    }
)


@dataclass(frozen=True)
class OccasionRow:
    """``kind`` is activity, with ``title``, ``units`` and ``starts``, or mentorship, with ``library``. A rescheduled
    activity without a known publication has only ``starts``.
    """

    occasion: str
    kind: str | None = None
    title: str | None = None
    library: str | None = None
    units: tuple[str, ...] = ()
    starts: datetime | None = None


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case ActivityPublished(activity, title=title, starts=starts, units=units):
            begins = datetime.fromisoformat(starts)
            published = {"kind": ACTIVITY, "title": title, "units": list(units), "starts": begins}
            return [Change(activity, published)]
        case ActivityRescheduled(activity, starts):
            return [Change(activity, {"starts": datetime.fromisoformat(starts)})]
        case MentorshipOpened(mentorship, library):
            return [Change(mentorship, {"kind": MENTORSHIP, "library": library})]
    return []


OCCASIONS = View(name="occasions", version=1, row=OccasionRow, apply=apply, logs=(INBOX,))
