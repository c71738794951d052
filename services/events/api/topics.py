"""Topics: raise, share, endorse, decide, and say whether a topic is solved."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from marshmallow.validate import OneOf

from services.events.dependencies import DECIDE, Dependencies
from services.events.domain.topic import (
    TOPIC,
    AnswerTopic,
    DecideTopic,
    EndorseTopic,
    JoinTopic,
    RaiseTopic,
    Topic,
    TopicCommand,
)
from services.events.views.topics import TOPICS, TopicRow
from services.kernel.base.problem import NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Line, Listing, PageQuery, fill, paged, paging, up_to, where

routes = Routes()


@dataclass(frozen=True)
class NewTopic:
    title: Line
    region: Identity
    origin: Annotated[str, OneOf(["member", "library", "current"])] = "member"
    details: Annotated[str, up_to(4000)] | None = None


@dataclass(frozen=True)
class Decision:
    decision: Annotated[str, OneOf(["accepted", "declined"])]
    reason: Annotated[str | None, up_to(1000), Described("why; required to decline")] = None


@dataclass(frozen=True)
class Solved:
    solved: bool
    note: Annotated[str | None, up_to(2000), Described("what helped, or what is still missing")] = None


@dataclass(frozen=True)
class TopicFilter(PageQuery):
    region: Annotated[Identity | Unset, Described("only topics of this region")] = UNSET
    state: Annotated[
        str | Unset, OneOf(["raised", "accepted", "declined", "discussed"]), Described("only topics in this state")
    ] = UNSET


@dataclass(frozen=True)
class TopicRef:
    topic: str


@dataclass(frozen=True)
class Tally:
    yes: int
    no: int


@dataclass(frozen=True)
class TopicShown:
    """``details`` is for the raisers and for the board, which decides about topics; null for other callers, and after
    an erasure.
    """

    topic: str
    title: str
    origin: str
    region: str
    state: str
    reason: str | None
    raisers: tuple[str, ...]
    endorsers: tuple[str, ...]
    count: int
    gathering: str | None
    solved: Tally
    details: str | None


@dataclass(frozen=True)
class TopicState:
    topic: str
    count: int


@routes.post("/v1/topics", statuses=(201,))
def raise_topic(deps: Dependencies, request: Request[NewTopic]) -> Answer[TopicRef]:
    """Raise a topic: a problem that a gathering could be held about.

    For every member. The board then accepts or declines the topic.
    """
    person, body = request.actor.require_person(), request.body
    deps.require_region(body.region)
    topic = request.new_id("topic")
    details = body.details and deps.vault.seal(person, body.details)
    command = RaiseTopic(body.title, person, body.origin, body.region, details)
    return request.outcome(TOPIC, topic, command, lambda *_: TopicRef(topic), location=f"/v1/topics/{topic}")


@routes.get("/v1/topics")
def list_topics(deps: Dependencies, request: Request[None, TopicFilter]) -> Answer[Listing[TopicShown]]:
    """List topics, those with the most people first."""
    wanted = where(region=request.query.region, state=request.query.state)
    page = deps.views.find(TOPICS, wanted, sort="count", descending=True, **paging(request))
    return paged(page, lambda row: topic_shown(deps, request.actor, row))


@routes.get("/v1/topics/{topic}", statuses=(200, 404))
def show_topic(deps: Dependencies, request: Request) -> Answer[TopicShown]:
    """Show one topic."""
    row = deps.views.get(TOPICS, request.path["topic"])
    if row is None:
        raise NotFound
    return Answer(topic_shown(deps, request.actor, row), version=row.version)


@routes.post("/v1/topics/{topic}/raisers", statuses=(201, 404, 422))
def join_topic(_deps: Dependencies, request: Request) -> Answer[TopicState]:
    """Add the caller to those who have the problem of a topic.

    For every member. The people who raised the topic are asked later whether it is solved.
    """
    return _changed_topic(request, JoinTopic(request.actor.require_person()))


@routes.post("/v1/topics/{topic}/endorsements", statuses=(201, 404, 422))
def endorse_topic(_deps: Dependencies, request: Request) -> Answer[TopicState]:
    """Say that a topic should be discussed, without having its problem.

    For every member.
    """
    return _changed_topic(request, EndorseTopic(request.actor.require_person()))


@routes.post("/v1/topics/{topic}/decision", statuses=(200, 403, 404, 422))
def decide_topic(deps: Dependencies, request: Request[Decision]) -> Answer[TopicState]:
    """Accept or decline a topic.

    Needs ``topics.decide`` in the topic's region. Declining needs a reason, which the people who raised the topic are
    told.
    """
    topic, _ = deps.commands.state(TOPIC, request.path["topic"])
    if topic is None:
        raise NotFound
    request.actor.require(DECIDE, topic.region)
    return _changed_topic(request, DecideTopic(**asdict(request.body)))


@routes.post("/v1/topics/{topic}/solved", statuses=(200, 404, 422))
def answer_topic(deps: Dependencies, request: Request[Solved]) -> Answer[TopicState]:
    """Say whether one's own topic is solved, after it was discussed.

    Only for people who raised the topic.
    """
    person, body = request.actor.require_person(), request.body
    note = body.note and deps.vault.seal(person, body.note)
    return _changed_topic(request, AnswerTopic(person, body.solved, note))


def _changed_topic(request: Request[Any], command: TopicCommand) -> Answer[TopicState]:
    identity = request.path["topic"]

    def state_of(topic: Topic | None, _events: object) -> TopicState:
        assert topic is not None  # the command was taken, so somebody raised the topic
        return TopicState(identity, len(topic.raisers | topic.endorsers))

    return request.outcome(TOPIC, identity, command, state_of)


def topic_shown(deps: Dependencies, actor: Actor, row: TopicRow) -> TopicShown:
    answers = list(row.answers.values())
    solved = Tally(yes=answers.count(True), no=answers.count(False))
    return fill(TopicShown, row, solved=solved, details=_details(deps, actor, row))


def _details(deps: Dependencies, actor: Actor, row: TopicRow) -> str | None:
    # A library's trouble is not public: its raisers and the board read the details.
    if actor.id not in row.raisers and not actor.may(DECIDE, row.region):
        return None
    return deps.vault.open(row.details.person, row.details.sealed)
