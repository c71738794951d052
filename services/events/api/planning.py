"""Planning: plan an activity, name speakers, publish, move, cancel, complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from marshmallow.validate import OneOf, Range

from services.events.api.kinds import PLANNERS, NewActivity
from services.events.api.lectures import book_anew
from services.events.dependencies import PLAN, CurrentActivity, Dependencies
from services.events.domain import gathering
from services.events.domain.activity import (
    Activity,
    ActivityCommand,
    AssignSpeaker,
    CancelActivity,
    ChangeCapacity,
    CompleteActivity,
    PublishActivity,
    RescheduleActivity,
    WithdrawSpeaker,
)
from services.events.domain.attendance import ATTENDANCE
from services.events.domain.gathering import AddTopic
from services.events.domain.plan import GUIDE, LEVELS, SPEAKER, Place, Plan, Session
from services.events.domain.venue import CONFIRMED, VENUE
from services.kernel.base.problem import Malformed, NotFound
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity, Line, up_to

routes = Routes()


@dataclass(frozen=True)
class FurtherTopic:
    topic: Identity


@dataclass(frozen=True)
class NewSpeaker:
    person: Identity
    role: Annotated[str, OneOf([GUIDE, SPEAKER]), Described("speaker or guide")]
    category: Annotated[
        str | None, OneOf(["board", "practitioner", "academic", "official"]), Described("the speaker's background")
    ] = None
    competence: Annotated[Line | None, Described("the field that the speaker declares to be competent in")] = None
    name: Annotated[Line | None, Described("the name of a speaker who is not a member")] = None


@dataclass(frozen=True)
class NewCapacity:
    capacity: Annotated[int, Range(1, 1000)]


@dataclass(frozen=True)
class NewTimes:
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Reason:
    reason: Annotated[str, up_to(1000)]


@dataclass(frozen=True)
class ActivityState:
    activity: str
    state: str
    starts: str
    ends: str


@routes.post("/v1/activities", statuses=(201, 403, 404, 422))
def plan_activity(deps: Dependencies, request: Request[NewActivity]) -> Answer[ActivityState]:
    """Plan a gathering or a workshop; nobody else sees the activity until it is published.

    Needs ``activities.plan`` in the region. The body's ``kind`` decides which further fields are required.
    """
    body = request.body
    request.actor.require(PLAN, body.region)
    deps.require_region(body.region)
    planner = PLANNERS[body.kind]
    activity = request.new_id("activity")
    command = planner.command(deps, request, lambda: _plan(deps, body))
    location = f"/v1/activities/{activity}"
    return request.outcome(planner.decider, activity, command, _activity_state(activity), location=location)


def _plan(deps: Dependencies, body: NewActivity) -> Plan:
    sessions = tuple(
        Session(f"s{n}", each.title, each.starts.astimezone(UTC), each.ends.astimezone(UTC), each.speaker)
        for n, each in enumerate(body.sessions, start=1)
    )
    return Plan(
        kind=body.kind,
        title=body.title,
        region=body.region,
        place=_place(deps, body.venue),
        starts=(body.starts or body.sessions[0].starts).astimezone(UTC),
        ends=(body.ends or body.sessions[-1].ends).astimezone(UTC),
        capacity=body.capacity,
        past=body.past,
        units=tuple(dict.fromkeys(body.units)),
        levels=tuple(level for level in LEVELS if level in body.levels),
        open=body.open,
        sessions=sessions,
    )


@routes.post("/v1/activities/{activity}/topics", statuses=(200, 403, 404, 422))
def add_topic(deps: Dependencies, request: Request[FurtherTopic]) -> Answer[ActivityState]:
    """Ask for a further topic of a gathering; refused while the rules allow one topic for each gathering.

    Needs ``activities.plan`` in the region.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    if current.plan.kind != gathering.KIND:
        raise NotFound
    return _changed_activity(request, current, AddTopic(request.body.topic))


@routes.post("/v1/activities/{activity}/speakers", statuses=(201, 403, 404, 422))
def assign_speaker(deps: Dependencies, request: Request[NewSpeaker]) -> Answer[ActivityState]:
    """Assign a speaker or a guide to an activity.

    Needs ``activities.plan`` in the region. A speaker of a workshop declares a field of competence.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    body = request.body
    from_board = deps.holds_board_office(body.person)
    rules = deps.rules(request.now)
    sealed = deps.vault.seal_all(body.person, [("competence", body.competence), ("name", body.name)])
    command = AssignSpeaker(body.person, body.role, from_board, rules, body.category, **sealed)
    return _changed_activity(request, current, command)


@routes.delete("/v1/activities/{activity}/speakers/{person}", statuses=(200, 403, 404, 422))
def withdraw_speaker(deps: Dependencies, request: Request) -> Answer[ActivityState]:
    """Remove a speaker or a guide from an activity.

    Needs ``activities.plan`` in the region.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    return _changed_activity(request, current, WithdrawSpeaker(request.path["person"]))


@routes.post("/v1/activities/{activity}/capacity", statuses=(200, 403, 404, 422))
def change_capacity(deps: Dependencies, request: Request[NewCapacity]) -> Answer[ActivityState]:
    """Change the number of seats of an activity.

    Needs ``activities.plan`` in the region. Added seats go at once to the first people in the line.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    return _changed_activity(request, current, ChangeCapacity(request.body.capacity, request.now))


@routes.post("/v1/activities/{activity}/publish", statuses=(200, 403, 404, 422))
def publish_activity(deps: Dependencies, request: Request) -> Answer[ActivityState]:
    """Publish a planned activity, so that everybody sees it and people can register.

    Needs ``activities.plan`` in the region. Refused with a ``rule`` while something is missing, such as a guide, or the
    confirmation of a school where the activity is held.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    venue, _ = deps.commands.state(VENUE, current.plan.place.venue)
    confirmed = venue is not None and venue.requests.get(current.identity) == CONFIRMED
    return _changed_activity(request, current, PublishActivity(request.now, deps.rules(request.now), confirmed))


@routes.post("/v1/activities/{activity}/reschedule", statuses=(200, 403, 404, 422))
def reschedule_activity(deps: Dependencies, request: Request[NewTimes]) -> Answer[ActivityState]:
    """Move an activity to another time.

    Needs ``activities.plan`` in the region. Everybody registered is told.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    starts, ends = request.body.starts.astimezone(UTC), request.body.ends.astimezone(UTC)
    command = RescheduleActivity(starts, ends, request.now)
    book_anew(deps, request, current, command)
    return _changed_activity(request, current, command)


@routes.post("/v1/activities/{activity}/cancel", statuses=(200, 403, 404, 422))
def cancel_activity(deps: Dependencies, request: Request[Reason]) -> Answer[ActivityState]:
    """Cancel an activity and give the reason.

    Needs ``activities.plan`` in the region. Everybody registered is told. A cancelled activity stays cancelled.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    return _changed_activity(request, current, CancelActivity(request.body.reason))


@routes.post("/v1/activities/{activity}/complete", statuses=(200, 403, 404, 422))
def complete_activity(deps: Dependencies, request: Request) -> Answer[ActivityState]:
    """Record that an activity was held.

    Needs ``activities.plan`` in the region. Afterwards certificates can be issued, and the people who raised its topic
    are asked whether it is solved.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    there, _ = deps.commands.state(ATTENDANCE, current.identity)
    return _changed_activity(request, current, CompleteActivity(request.now, len(there.persons), len(there.guests)))


def _changed_activity(
    request: Request[Any], current: CurrentActivity, command: ActivityCommand | AddTopic
) -> Answer[ActivityState]:
    return request.outcome(current.decider, current.identity, command, _activity_state(current.identity))


def _activity_state(identity: str) -> Callable[[Activity | None, object], ActivityState]:
    def state_of(activity: Activity | None, _events: object) -> ActivityState:
        assert activity is not None  # the command was taken, so the activity is planned
        plan = activity.plan
        return ActivityState(identity, activity.state, moment(plan.starts), moment(plan.ends))

    return state_of


def _place(deps: Dependencies, identity: str) -> Place:
    venue, _ = deps.commands.state(VENUE, identity)
    if venue is None:
        raise Malformed(errors={"venue": ["There is no such venue."]})
    return Place(identity, venue.site.name, venue.site.kind, venue.site.subdistrict)
