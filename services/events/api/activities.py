"""Reading activities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from marshmallow.validate import OneOf

from services.events.dependencies import PLAN, Dependencies
from services.events.domain.activity import CANCELLED, COMPLETED, PLANNED, PUBLISHED
from services.events.views.activities import (
    ACTIVITIES,
    ActivityRow,
    RulesShown,
    SeatsOf,
    SessionShown,
    SpeakerRow,
    TopicOf,
    VenueOf,
)
from services.kernel.base.problem import NotFound
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity, Listing, PageQuery, fill, paged, paging, where

routes = Routes()


@dataclass(frozen=True)
class ActivityFilter(PageQuery):
    region: Annotated[Identity | Unset, Described("only activities of this region")] = UNSET
    state: Annotated[
        str | Unset, OneOf([PLANNED, PUBLISHED, CANCELLED, COMPLETED]), Described("only activities in this state")
    ] = UNSET
    since: Annotated[datetime | Unset, Key("from"), Described("only activities that start at this time or later")] = (
        UNSET
    )


@dataclass(frozen=True)
class SpeakerShown:
    person: str
    role: str
    category: str
    from_board: bool
    competence: Annotated[str | None, Described("the field that the speaker declares")]
    name: Annotated[str | None, Described("of a speaker from outside, as announced")]
    rules: RulesShown


@dataclass(frozen=True)
class ActivityShown:
    activity: str
    kind: str
    title: str
    topic: TopicOf | None
    region: str
    venue: VenueOf
    starts: str
    ends: str
    state: str
    past: bool
    capacity: int
    units: Annotated[tuple[str, ...], Described("units of competence that it teaches")]
    levels: Annotated[tuple[str, ...], Described("education levels that it is for; none: all")]
    open: Annotated[bool, Described("people who are nobody's members may register")]
    sessions: tuple[SessionShown, ...]
    seats: SeatsOf
    guide: str | None
    speakers: tuple[SpeakerShown, ...]
    rules: RulesShown
    planned_under: int
    reason: str | None
    present: int | None
    guests: int | None
    version: Annotated[int, Described("raised by every change of the activity itself")]


@routes.get("/v1/activities")
def list_activities(deps: Dependencies, request: Request[None, ActivityFilter]) -> Answer[Listing[ActivityShown]]:
    """List activities, ordered by their start.

    Callers with ``activities.plan`` in the region also get activities that are not yet published.
    """
    query = request.query
    starts = UNSET if query.since is UNSET else {"$gte": moment(query.since)}
    wanted = where(region=query.region, state=query.state, starts=starts)
    if not request.actor.may(PLAN, query.region or None):
        wanted["public"] = True
    page = deps.views.find(ACTIVITIES, wanted, sort="starts", **paging(request))
    return paged(page, lambda row: activity_shown(deps, row))


@routes.get("/v1/activities/{activity}", statuses=(200, 404))
def show_activity(deps: Dependencies, request: Request) -> Answer[ActivityShown]:
    """Show one activity.

    An activity that is not yet published is shown only to callers with ``activities.plan`` in its region; others get
    404.
    """
    row = deps.views.get(ACTIVITIES, request.path["activity"])
    if row is None or not (row.public or request.actor.may(PLAN, row.region)):
        raise NotFound
    return Answer(activity_shown(deps, row), version=row.version)


def activity_shown(deps: Dependencies, row: ActivityRow) -> ActivityShown:
    return fill(
        ActivityShown,
        row,
        speakers=tuple(speaker_shown(deps, each) for each in row.speakers),
        reason=row.reason or None,
        present=None if row.present is UNSET else row.present,
        guests=None if row.guests is UNSET else row.guests,
    )


def speaker_shown(deps: Dependencies, row: SpeakerRow) -> SpeakerShown:
    # A speaker is announced in public; after an erasure the words are gone and the place in the programme stays.
    competence, name = (deps.vault.open(row.person, sealed) for sealed in (row.competence, row.name))
    return fill(SpeakerShown, row, competence=competence, name=name)
