"""The gatherings among the activities, as events told. A pilot's staff were at several."""

from __future__ import annotations

from dataclasses import dataclass

from services.heard.events import ActivityPublished
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, Remove, View


@dataclass(frozen=True)
class ActivityCancelled:
    activity: str


HEARD = FactShapes({"events.activity-published": ActivityPublished, "events.activity-cancelled": ActivityCancelled})


@dataclass(frozen=True)
class GatheringRow:
    activity: str
    region: str | None
    starts: str


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case ActivityPublished(activity, kind="gathering", starts=starts):
            return [Change.put(GatheringRow(activity, fact.region, starts))]
        case ActivityCancelled(activity):
            return [Remove(activity)]
    return []


GATHERINGS = View(name="gatherings", version=1, row=GatheringRow, apply=apply, logs=(INBOX,))
