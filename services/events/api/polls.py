"""Date polls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from marshmallow.validate import Length, OneOf, Range

from services.events.dependencies import PLAN, Dependencies
from services.events.domain.poll import BY_HAND, POLL, CastVote, ClosePoll, OpenPoll, Option, Poll, PollCommand
from services.events.views.polls import AGREED, FAILED, OPEN, POLLS, AgreedShown, PollRow
from services.kernel.base.problem import NotFound
from services.kernel.base.times import moment
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Line, Listing, PageQuery, fill, paged, paging, where

MAX_OPTIONS = 20
routes = Routes()


@dataclass(frozen=True)
class NewOption:
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class NewPoll:
    title: Line
    options: Annotated[tuple[NewOption, ...], Length(2, MAX_OPTIONS), Described("the times to choose from")]
    closes: Annotated[datetime, Described("when the poll closes")]
    quorum: Annotated[int, Range(1, 10_000), Described("how many people must vote for a time to be agreed")]
    region: Annotated[Identity | None, Described("the region; null for the whole community")] = None


@dataclass(frozen=True)
class NewVote:
    """All times that suit; an empty list takes the vote back."""

    options: Annotated[
        tuple[Annotated[int, Range(1, MAX_OPTIONS)], ...],
        Length(0, MAX_OPTIONS),
        Described("the numbers of all times that suit, from 1; empty takes the vote back"),
    ]


@dataclass(frozen=True)
class PollFilter(PageQuery):
    state: Annotated[str | Unset, OneOf([OPEN, AGREED, FAILED]), Described("only polls in this state")] = UNSET


@dataclass(frozen=True)
class OptionShown:
    number: int
    starts: str
    ends: str
    votes: int


@dataclass(frozen=True)
class PollShown:
    """``mine`` is the caller's own vote, null without a vote."""

    poll: str
    title: str
    region: str | None
    state: str
    closes: str
    quorum: int
    voters: int
    options: tuple[OptionShown, ...]
    agreed: AgreedShown | None
    mine: tuple[int, ...] | None


@dataclass(frozen=True)
class PollState:
    poll: str
    state: str
    voters: int
    starts: str | None = None
    ends: str | None = None


@routes.post("/v1/polls", statuses=(201, 403, 422))
def open_poll(deps: Dependencies, request: Request[NewPoll]) -> Answer[PollState]:
    """Open a poll that asks which of several times suit people.

    Needs ``activities.plan`` in the region; without a ``region``, everywhere.
    """
    body = request.body
    request.actor.require(PLAN, body.region)
    if body.region is not None:
        deps.require_region(body.region)
    options = tuple(Option(each.starts.astimezone(UTC), each.ends.astimezone(UTC)) for each in body.options)
    poll = request.new_id("poll")
    command = OpenPoll(body.title, body.region, options, body.closes.astimezone(UTC), body.quorum, request.now)
    return _changed_poll(request, poll, command, location=f"/v1/polls/{poll}")


@routes.get("/v1/polls")
def list_polls(deps: Dependencies, request: Request[None, PollFilter]) -> Answer[Listing[PollShown]]:
    """List date polls, the latest closing time first."""
    wanted = where(state=request.query.state)
    page = deps.views.find(POLLS, wanted, sort="closes", descending=True, **paging(request))
    return paged(page, lambda row: poll_shown(request.actor, row))


@routes.get("/v1/polls/{poll}", statuses=(200, 404))
def show_poll(deps: Dependencies, request: Request) -> Answer[PollShown]:
    """Show one poll with the number of votes for each time."""
    row = deps.views.get(POLLS, request.path["poll"])
    if row is None:
        raise NotFound
    return Answer(poll_shown(request.actor, row), version=row.version)


@routes.post("/v1/polls/{poll}/votes", statuses=(200, 404, 422))
def vote(_deps: Dependencies, request: Request[NewVote]) -> Answer[PollState]:
    """Vote for the times that suit; a later vote of the same person replaces the earlier vote.

    For every member, until the poll closes. ``options`` are the numbers of the times, from 1.
    """
    command = CastVote(request.actor.require_person(), request.body.options, request.now)
    return _changed_poll(request, request.path["poll"], command)


@routes.post("/v1/polls/{poll}/close", statuses=(200, 403, 404))
def close_poll(deps: Dependencies, request: Request) -> Answer[PollState]:
    """Close a poll before its closing time.

    Needs ``activities.plan`` in the poll's region.
    """
    poll, _ = deps.commands.state(POLL, request.path["poll"])
    if poll is None:
        raise NotFound
    request.actor.require(PLAN, poll.region)
    return _changed_poll(request, request.path["poll"], ClosePoll(request.now, BY_HAND))


def _changed_poll(
    request: Request[Any], identity: str, command: PollCommand, location: str | None = None
) -> Answer[PollState]:
    def state_of(poll: Poll | None, _events: object) -> PollState:
        assert poll is not None  # the command was taken, so somebody opened the poll
        agreed, voters = poll.agreed, sum(bool(chosen) for chosen in poll.votes.values())
        if agreed:
            return PollState(identity, AGREED, voters, moment(agreed.starts), moment(agreed.ends))
        return PollState(identity, FAILED if poll.closed else OPEN, voters)

    return request.outcome(POLL, identity, command, state_of, location=location)


def poll_shown(actor: Actor, row: PollRow) -> PollShown:
    options = tuple(
        OptionShown(number, option.starts, option.ends, sum(number in chosen for chosen in row.votes.values()))
        for number, option in enumerate(row.options, start=1)
    )
    voters = sum(bool(chosen) for chosen in row.votes.values())
    return fill(PollShown, row, options=options, voters=voters, mine=row.votes.get(actor.id))
