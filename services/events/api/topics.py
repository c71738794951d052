"""Topics: raise, share, endorse, decide, and say whether it is solved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.events.api.parts import DECIDE, Parts
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
from services.events.views.topics import TOPICS
from services.kernel.policy import Actor
from services.kernel.problem import NotFound
from services.kernel.route import Answer, Request, Routes, recorded
from services.kernel.shapes import Paging, identity, line, listing, paged, paging, truth

routes = Routes()


class NewTopic(Schema):
    title = line()
    region = identity()
    origin = fields.String(load_default="member", validate=OneOf(["member", "library", "current"]))
    details = line(required=False, longest=4000, load_default=None)


class Decision(Schema):
    decision = fields.String(required=True, validate=OneOf(["accepted", "declined"]))
    reason = line(required=False, longest=1000, load_default=None)


class Solved(Schema):
    solved = truth()
    note = line(required=False, longest=2000, load_default=None)


class TopicFilter(Paging):
    region = identity(required=False)
    state = fields.String(validate=OneOf(["raised", "accepted", "declined", "discussed"]))


class TopicRef(Schema):
    topic = fields.String()


class Tally(Schema):
    yes = fields.Integer()
    no = fields.Integer()


class TopicShown(Schema):
    topic = fields.String()
    title = fields.String()
    origin = fields.String()
    region = fields.String()
    state = fields.String()
    reason = fields.String(allow_none=True)
    raisers = fields.List(fields.String())
    endorsers = fields.List(fields.String())
    count = fields.Integer()
    gathering = fields.String(allow_none=True)
    solved = fields.Nested(Tally)
    details = fields.String(allow_none=True)


class TopicState(Schema):
    topic = fields.String()
    count = fields.Integer()


@routes.post("/v1/topics", body=NewTopic(), answer=TopicRef(), statuses=(201,))
def raise_topic(parts: Parts, request: Request) -> Answer:
    """Raise a topic."""
    person = request.actor.require_person()
    body = request.body
    parts.require_region(body["region"])
    topic = request.new_id("topic")
    details = body["details"] and parts.vault.seal(person, body["details"])
    command = RaiseTopic(body["title"], person, body["origin"], body["region"], details)
    commit = request.take(TOPIC, topic, command, answer=lambda _state, _events: {"topic": topic})
    return recorded(commit, 201, location=f"/v1/topics/{topic}")


@routes.post("/v1/topics/{topic}/raisers", answer=TopicState(), statuses=(201, 404, 422))
def join_topic(_parts: Parts, request: Request) -> Answer:
    """Say that one has the same trouble."""
    return _taken(request, JoinTopic(request.actor.require_person()), 201)


@routes.post("/v1/topics/{topic}/endorsements", answer=TopicState(), statuses=(201, 404, 422))
def endorse_topic(_parts: Parts, request: Request) -> Answer:
    """Want a topic to be talked about."""
    return _taken(request, EndorseTopic(request.actor.require_person()), 201)


@routes.post("/v1/topics/{topic}/decision", body=Decision(), answer=TopicState(), statuses=(200, 403, 404, 422))
def decide_topic(parts: Parts, request: Request) -> Answer:
    """Accept or decline a topic."""
    topic, _ = parts.commands.state(TOPIC, request.path["topic"])
    if not topic.raisers:
        raise NotFound
    request.actor.require(DECIDE, topic.region)
    return _taken(request, DecideTopic(**request.body))


@routes.post("/v1/topics/{topic}/solved", body=Solved(), answer=TopicState(), statuses=(200, 404, 422))
def answer_topic(parts: Parts, request: Request) -> Answer:
    """Say whether one's topic is solved."""
    person = request.actor.require_person()
    note = request.body["note"] and parts.vault.seal(person, request.body["note"])
    return _taken(request, AnswerTopic(person, request.body["solved"], note))


@routes.get("/v1/topics", query=TopicFilter(), answer=listing(TopicShown))
def list_topics(parts: Parts, request: Request) -> Answer:
    """Topics, most wanted first."""
    where = {name: request.query[name] for name in ("region", "state") if name in request.query}
    page = parts.views.find(TOPICS, where, sort="count", descending=True, **paging(request))
    return paged(page, lambda document: _shown(parts, request.actor, document))


@routes.get("/v1/topics/{topic}", answer=TopicShown(), statuses=(200, 404))
def show_topic(parts: Parts, request: Request) -> Answer:
    """One topic."""
    document = parts.views.get(TOPICS, request.path["topic"])
    if document is None:
        raise NotFound
    return Answer(_shown(parts, request.actor, document), version=document["version"])


def _taken(request: Request, command: TopicCommand, status: int = 200) -> Answer:
    identity_ = request.path["topic"]

    def answer(topic: Topic, _events: object) -> Mapping[str, Any]:
        return {"topic": identity_, "count": len(topic.raisers | topic.endorsers)}

    return recorded(request.take(TOPIC, identity_, command, answer=answer), status)


def _shown(parts: Parts, actor: Actor, document: dict[str, Any]) -> dict[str, Any]:
    answers = list(document["answers"].values())
    names = ("title", "origin", "region", "state", "reason", "raisers", "endorsers", "count", "gathering")
    return {
        "topic": document["_id"],
        **{name: document[name] for name in names},
        "solved": {"yes": answers.count(True), "no": answers.count(False)},
        "details": _details(parts, actor, document),
    }


def _details(parts: Parts, actor: Actor, document: dict[str, Any]) -> str | None:
    # A library's trouble is not for everybody: those who share it and those who decide about it read it.
    if actor.id not in document["raisers"] and not actor.may(DECIDE, document["region"]):
        return None
    return parts.vault.open(document["details"]["person"], document["details"]["sealed"])
