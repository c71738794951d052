"""What planners do with an activity: plan, ask for speakers, publish, move, cancel, complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf

from services.events.api.kinds import PLANNERS
from services.events.api.lectures import book_anew
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
from services.events.domain.venue import CONFIRMED, VENUE, Venue
from services.events.parts import PLAN, Parts, Standing
from services.kernel.base.message import Event
from services.kernel.base.problem import Malformed, NotFound
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity, line, number, time, truth

routes = Routes()


class NewSession(Schema):
    title = line()
    starts = time()
    ends = time()
    speaker = identity(required=False, load_default=None)


class NewActivity(Schema):
    """One venue and no fee: there is no such field. A gathering has its one topic and its times, a workshop an agenda,
    whose first and last moment are its own.
    """

    kind = fields.String(required=True, validate=OneOf(sorted(PLANNERS)))
    topic = identity(required=False)
    title = line()
    region = identity()
    venue = identity()
    starts = time(required=False)
    ends = time(required=False)
    capacity = number(1, 1000)
    past = truth(required=False, load_default=False)
    units = fields.List(identity(), load_default=list, validate=Length(max=40))
    levels = fields.List(fields.String(validate=OneOf(LEVELS)), load_default=list, validate=Length(max=3))
    open = truth(required=False, load_default=False)
    sessions = fields.List(fields.Nested(NewSession), load_default=list, validate=Length(max=60))

    @validates_schema
    def _of_its_kind(self, data: dict[str, Any], **_options: Any) -> None:
        planner = PLANNERS[data["kind"]]
        errors = {name: ["Missing data for required field."] for name in planner.needs if not data.get(name)}
        errors |= {name: [f"Not of a {data['kind']}."] for name in planner.lacks if data.get(name)}
        if errors:
            raise ValidationError(errors)


class FurtherTopic(Schema):
    topic = identity()


class NewSpeaker(Schema):
    person = identity()
    role = fields.String(required=True, validate=OneOf([GUIDE, SPEAKER]))
    category = fields.String(load_default=None, validate=OneOf(["board", "practitioner", "academic", "official"]))
    competence = line(required=False, load_default=None)
    name = line(required=False, load_default=None)


class NewCapacity(Schema):
    capacity = number(1, 1000)


class NewTimes(Schema):
    starts = time()
    ends = time()


class Reason(Schema):
    reason = line(longest=1000)


class ActivityState(Schema):
    activity = fields.String()
    state = fields.String()
    starts = fields.String()
    ends = fields.String()


@routes.post("/v1/activities", body=NewActivity(), answer=ActivityState(), statuses=(201, 403, 404, 422))
def plan_activity(parts: Parts, request: Request) -> Answer:
    """Plan an activity."""
    body = request.body
    request.actor.require(PLAN, body["region"])
    parts.require_region(body["region"])
    planner = PLANNERS[body["kind"]]
    activity = request.new_id("activity")
    command = planner.command(parts, request, lambda: _plan(parts, body))
    commit = request.take(planner.decider, activity, command, answer=_answer(activity))
    return recorded(commit, 201, location=f"/v1/activities/{activity}")


def _plan(parts: Parts, body: Mapping[str, Any]) -> Plan:
    sessions = tuple(
        Session(f"s{n}", each["title"], each["starts"].astimezone(UTC), each["ends"].astimezone(UTC), each["speaker"])
        for n, each in enumerate(body["sessions"], start=1)
    )
    return Plan(
        kind=body["kind"],
        title=body["title"],
        region=body["region"],
        place=_place(parts, body["venue"]),
        starts=(body.get("starts") or body["sessions"][0]["starts"]).astimezone(UTC),
        ends=(body.get("ends") or body["sessions"][-1]["ends"]).astimezone(UTC),
        capacity=body["capacity"],
        past=body["past"],
        units=tuple(dict.fromkeys(body["units"])),
        levels=tuple(level for level in LEVELS if level in body["levels"]),
        open=body["open"],
        sessions=sessions,
    )


@routes.post(
    "/v1/activities/{activity}/topics", body=FurtherTopic(), answer=ActivityState(), statuses=(200, 403, 404, 422)
)
def add_topic(parts: Parts, request: Request) -> Answer:
    """Ask for a further topic."""
    standing = parts.planned(request.path["activity"], request.actor)
    if standing.plan.kind != gathering.KIND:
        raise NotFound
    return _taken(request, standing, AddTopic(request.body["topic"]))


@routes.post(
    "/v1/activities/{activity}/speakers", body=NewSpeaker(), answer=ActivityState(), statuses=(201, 403, 404, 422)
)
def assign_speaker(parts: Parts, request: Request) -> Answer:
    """Name who leads it."""
    standing = parts.planned(request.path["activity"], request.actor)
    body = request.body
    from_board = parts.of_the_board(body["person"])
    rules = parts.rules(request.now)
    sealed = parts.vault.seal_all(body["person"], [(name, body[name]) for name in ("competence", "name")])
    command = AssignSpeaker(body["person"], body["role"], from_board, rules, body["category"], **sealed)
    return _taken(request, standing, command, 201)


@routes.delete("/v1/activities/{activity}/speakers/{person}", answer=ActivityState(), statuses=(200, 403, 404, 422))
def withdraw_speaker(parts: Parts, request: Request) -> Answer:
    """They do not come after all."""
    standing = parts.planned(request.path["activity"], request.actor)
    return _taken(request, standing, WithdrawSpeaker(request.path["person"]))


@routes.post(
    "/v1/activities/{activity}/capacity", body=NewCapacity(), answer=ActivityState(), statuses=(200, 403, 404, 422)
)
def change_capacity(parts: Parts, request: Request) -> Answer:
    """Another number of seats."""
    standing = parts.planned(request.path["activity"], request.actor)
    return _taken(request, standing, ChangeCapacity(request.body["capacity"], request.now))


@routes.post("/v1/activities/{activity}/publish", answer=ActivityState(), statuses=(200, 403, 404, 422))
def publish_activity(parts: Parts, request: Request) -> Answer:
    """Publish it."""
    standing = parts.planned(request.path["activity"], request.actor)
    venue, _ = parts.commands.state(VENUE, standing.plan.place.venue)
    confirmed = venue.requests.get(standing.identity) == CONFIRMED
    return _taken(request, standing, PublishActivity(request.now, parts.rules(request.now), confirmed))


@routes.post(
    "/v1/activities/{activity}/reschedule", body=NewTimes(), answer=ActivityState(), statuses=(200, 403, 404, 422)
)
def reschedule_activity(parts: Parts, request: Request) -> Answer:
    """Move it in time."""
    standing = parts.planned(request.path["activity"], request.actor)
    starts, ends = (request.body[name].astimezone(UTC) for name in ("starts", "ends"))
    command = RescheduleActivity(starts, ends, request.now)
    book_anew(parts, request, standing, command)
    return _taken(request, standing, command)


@routes.post("/v1/activities/{activity}/cancel", body=Reason(), answer=ActivityState(), statuses=(200, 403, 404, 422))
def cancel_activity(parts: Parts, request: Request) -> Answer:
    """Cancel it."""
    standing = parts.planned(request.path["activity"], request.actor)
    return _taken(request, standing, CancelActivity(request.body["reason"]))


@routes.post("/v1/activities/{activity}/complete", answer=ActivityState(), statuses=(200, 403, 404, 422))
def complete_activity(parts: Parts, request: Request) -> Answer:
    """It was held."""
    standing = parts.planned(request.path["activity"], request.actor)
    there, _ = parts.commands.state(ATTENDANCE, standing.identity)
    return _taken(request, standing, CompleteActivity(request.now, len(there.persons), len(there.guests)))


def _taken(request: Request, standing: Standing, command: ActivityCommand | AddTopic, status: int = 200) -> Answer:
    commit = request.take(standing.decider, standing.identity, command, answer=_answer(standing.identity))
    return recorded(commit, status)


def _answer(identity_: str) -> Callable[[Activity, Sequence[Event]], dict[str, Any]]:
    def answer(activity: Activity, _events: Sequence[Event]) -> dict[str, Any]:
        plan = activity.plan
        times = {"starts": moment(plan.starts), "ends": moment(plan.ends)} if plan else {}
        return {"activity": identity_, "state": activity.state, **times}

    return answer


def _place(parts: Parts, identity_: str) -> Place:
    venue: Venue
    venue, _ = parts.commands.state(VENUE, identity_)
    if venue.site is None:
        raise Malformed(errors={"venue": ["There is no such venue."]})
    return Place(identity_, venue.site.name, venue.site.kind, venue.site.subdistrict)
