"""Date polls: when it suits most."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from services.events.api.parts import PLAN, Parts
from services.events.domain.poll import BY_HAND, POLL, CastVote, ClosePoll, OpenPoll, Option, Poll, PollCommand
from services.events.views.polls import AGREED, FAILED, OPEN, POLLS
from services.kernel.policy import Actor
from services.kernel.problem import NotFound
from services.kernel.route import Answer, Request, Routes, recorded
from services.kernel.shapes import Paging, identity, line, listing, number, paged, paging, time
from services.kernel.times import moment

routes = Routes()

MOST_OPTIONS = 20


class NewOption(Schema):
    starts = time()
    ends = time()


class NewPoll(Schema):
    title = line()
    region = identity(required=False, load_default=None, allow_none=True)
    options = fields.List(fields.Nested(NewOption), required=True, validate=Length(2, MOST_OPTIONS))
    closes = time()
    quorum = number(1, 10_000)


class NewVote(Schema):
    """Every time that suits; none takes one's vote back."""

    options = fields.List(number(1, MOST_OPTIONS), required=True, validate=Length(0, MOST_OPTIONS))


class PollFilter(Paging):
    state = fields.String(validate=OneOf([OPEN, AGREED, FAILED]))


class OptionShown(Schema):
    number = fields.Integer()
    starts = fields.String()
    ends = fields.String()
    votes = fields.Integer()


class AgreedShown(Schema):
    option = fields.Integer()
    starts = fields.String()
    ends = fields.String()
    votes = fields.Integer()
    voters = fields.Integer()


class PollShown(Schema):
    poll = fields.String()
    title = fields.String()
    region = fields.String(allow_none=True)
    state = fields.String()
    closes = fields.String()
    quorum = fields.Integer()
    voters = fields.Integer()
    options = fields.List(fields.Nested(OptionShown))
    agreed = fields.Nested(AgreedShown, allow_none=True)
    mine = fields.List(fields.Integer(), allow_none=True)


class PollState(Schema):
    poll = fields.String()
    state = fields.String()
    voters = fields.Integer()
    starts = fields.String(allow_none=True)
    ends = fields.String(allow_none=True)


@routes.post("/v1/polls", body=NewPoll(), answer=PollState(), statuses=(201, 403, 422))
def open_poll(parts: Parts, request: Request) -> Answer:
    """Ask when it suits most."""
    body = request.body
    request.actor.require(PLAN, body["region"])
    if body["region"] is not None:
        parts.require_region(body["region"])
    options = tuple(Option(*(each[name].astimezone(UTC) for name in ("starts", "ends"))) for each in body["options"])
    closes = body["closes"].astimezone(UTC)
    poll = request.new_id("poll")
    command = OpenPoll(body["title"], body["region"], options, closes, body["quorum"], request.now)
    return _taken(request, poll, command, 201)


@routes.post("/v1/polls/{poll}/votes", body=NewVote(), answer=PollState(), statuses=(200, 404, 422))
def vote(_parts: Parts, request: Request) -> Answer:
    """Say which times suit; the last word counts."""
    command = CastVote(request.actor.require_person(), tuple(request.body["options"]), request.now)
    return _taken(request, request.path["poll"], command)


@routes.post("/v1/polls/{poll}/close", answer=PollState(), statuses=(200, 403, 404))
def close_poll(parts: Parts, request: Request) -> Answer:
    """Close it before its time."""
    poll, _ = parts.commands.state(POLL, request.path["poll"])
    if not poll.options:
        raise NotFound
    request.actor.require(PLAN, poll.region)
    return _taken(request, request.path["poll"], ClosePoll(request.now, BY_HAND))


@routes.get("/v1/polls", query=PollFilter(), answer=listing(PollShown))
def list_polls(parts: Parts, request: Request) -> Answer:
    """Date polls, the latest first."""
    where = {"state": request.query["state"]} if "state" in request.query else {}
    page = parts.views.find(POLLS, where, sort="closes", descending=True, **paging(request))
    return paged(page, lambda document: _shown(request.actor, document))


@routes.get("/v1/polls/{poll}", answer=PollShown(), statuses=(200, 404))
def show_poll(parts: Parts, request: Request) -> Answer:
    """One poll."""
    document = parts.views.get(POLLS, request.path["poll"])
    if document is None:
        raise NotFound
    return Answer(_shown(request.actor, document), version=document["version"])


def _taken(request: Request, identity_: str, command: PollCommand, status: int = 200) -> Answer:
    def answer(poll: Poll, _events: object) -> dict[str, Any]:
        agreed = poll.agreed
        times = {"starts": moment(agreed.starts), "ends": moment(agreed.ends)} if agreed else {}
        state = AGREED if agreed else FAILED if poll.closed else OPEN
        voters = sum(bool(chosen) for chosen in poll.votes.values())
        return {"poll": identity_, "state": state, "voters": voters, "starts": None, "ends": None, **times}

    location = f"/v1/polls/{identity_}" if status == 201 else None
    return recorded(request.take(POLL, identity_, command, answer=answer), status, location)


def _shown(actor: Actor, document: dict[str, Any]) -> dict[str, Any]:
    votes = document["votes"]
    options = [
        {"number": place, **option, "votes": sum(place in chosen for chosen in votes.values())}
        for place, option in enumerate(document["options"], start=1)
    ]
    names = ("title", "region", "state", "closes", "quorum", "agreed")
    return {
        "poll": document["_id"],
        **{name: document[name] for name in names},
        "voters": sum(bool(chosen) for chosen in votes.values()),
        "options": options,
        "mine": votes.get(actor.id),
    }
