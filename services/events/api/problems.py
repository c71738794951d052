"""Problems said during an activity: capture, share, put together, and make a topic of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.events.domain.problem import PROBLEMS, CaptureProblem, MakeTopic, MergeProblem, ShareProblem
from services.events.parts import PLAN, Parts, Standing
from services.events.views.problems import PROBLEM_LIST
from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.policy import ANONYMOUS
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Paging, identity, line, listing, paged, paging, truth
from services.kernel.privacy.vault import Erased

routes = Routes()


class NewProblem(Schema):
    """``anonymous``: nobody is noted with it, even where somebody is logged in."""

    text = line(longest=2000)
    anonymous = truth(required=False, load_default=False)


class OtherProblem(Schema):
    into = identity()


class TopicOfProblem(Schema):
    title = line()
    origin = fields.String(load_default="member", validate=OneOf(["member", "library"]))


class ProblemRef(Schema):
    activity = fields.String()
    problem = fields.String()
    topic = fields.String(allow_none=True)


class ProblemShown(Schema):
    problem = fields.String()
    text = fields.String(allow_none=True, metadata={"description": "null where it is erased"})
    count = fields.Integer(metadata={"description": "how many have it"})
    mine = fields.Boolean()
    author = fields.String(allow_none=True, metadata={"description": "for planners; null without a name"})
    into = fields.String(allow_none=True)
    topic = fields.String(allow_none=True)
    at = fields.String()


@routes.post("/v1/activities/{activity}/problems", body=NewProblem(), answer=ProblemRef(), statuses=(201, 404, 422))
def capture_problem(parts: Parts, request: Request) -> Answer:
    """Say what troubles one, by name or without."""
    standing = parts.activity(request.path["activity"], request.actor)
    nameless = request.body["anonymous"] or request.actor.kind != "person"
    problem = request.new_id("problem")
    person = None if nameless else request.actor.id
    owner = person or standing.identity
    text = parts.vault.seal(owner, request.body["text"])
    command = CaptureProblem(problem, person, owner, text, request.now, standing.held)
    # Said without a name: who it was is not in the commit either.
    asked = replace(request, actor=ANONYMOUS) if nameless else request
    reply = {"activity": standing.identity, "problem": problem, "topic": None}
    return recorded(asked.take(PROBLEMS, standing.identity, command, answer=lambda *_: reply), 201)


@routes.post("/v1/activities/{activity}/problems/{problem}/raisers", answer=ProblemRef(), statuses=(201, 403, 404, 422))
def share_problem(parts: Parts, request: Request) -> Answer:
    """Say that one has it too."""
    person = request.actor.require_person()
    standing = _open_to(parts, request)
    return _taken(request, standing, ShareProblem(request.path["problem"], person), 201)


@routes.post(
    "/v1/activities/{activity}/problems/{problem}/merge",
    body=OtherProblem(),
    answer=ProblemRef(),
    statuses=(200, 403, 404, 422),
)
def merge_problem(parts: Parts, request: Request) -> Answer:
    """Put it together with another one."""
    standing = parts.planned(request.path["activity"], request.actor)
    return _taken(request, standing, MergeProblem(request.path["problem"], request.body["into"]))


@routes.post(
    "/v1/activities/{activity}/problems/{problem}/topic",
    body=TopicOfProblem(),
    answer=ProblemRef(),
    statuses=(201, 403, 404, 422),
)
def problem_to_topic(parts: Parts, request: Request) -> Answer:
    """Make a topic of it, raised by those who said it by name."""
    standing = parts.planned(request.path["activity"], request.actor)
    problems, _ = parts.commands.state(PROBLEMS, standing.identity)
    problem = problems.all.get(request.path["problem"])
    if problem is None:
        raise NotFound
    # Whoever said it raises it; without a name, somebody who shares it does, or the planner for them.
    raiser = problem.author or min(problem.persons, default=request.actor.id)
    details = problem.text if problem.owner == raiser else _sealed_anew(parts, raiser, problem.owner, problem.text)
    body = request.body
    topic = request.new_id("topic")
    command = MakeTopic(request.path["problem"], topic, body["title"], body["origin"], raiser, details)
    return _taken(request, standing, command, 201, topic)


@routes.get(
    "/v1/activities/{activity}/problems", query=Paging(), answer=listing(ProblemShown), statuses=(200, 403, 404)
)
def list_problems(parts: Parts, request: Request) -> Answer:
    """What troubles those who take part, for them and for planners."""
    standing = _open_to(parts, request)
    plans = request.actor.may(PLAN, standing.plan.region)
    page = parts.views.find(PROBLEM_LIST, {"activity": standing.identity}, **paging(request))
    return paged(page, lambda document: _shown(parts, request.actor.id, document, plans=plans))


def _open_to(parts: Parts, request: Request) -> Standing:
    """The activity, for those who plan it and those who take part. Raises ``Forbidden``."""
    person = request.actor.require_person()
    standing = parts.activity(request.path["activity"], request.actor)
    if not (request.actor.may(PLAN, standing.plan.region) or parts.took_part(standing.identity, person)):
        raise Forbidden("for those who take part")
    return standing


def _taken(
    request: Request,
    standing: Standing,
    command: ShareProblem | MergeProblem | MakeTopic,
    status: int = 200,
    topic: str | None = None,
) -> Answer:
    reply = {"activity": standing.identity, "problem": request.path["problem"], "topic": topic}
    return recorded(request.take(PROBLEMS, standing.identity, command, answer=lambda *_: reply), status)


def _sealed_anew(parts: Parts, owner: str, former: str, sealed: str) -> str | None:
    text = parts.vault.open(former, sealed)
    try:
        return text and parts.vault.seal(owner, text)
    except Erased:
        return None


def _shown(parts: Parts, person: str, document: dict[str, Any], *, plans: bool) -> dict[str, Any]:
    return {
        "problem": document["_id"],
        "text": parts.vault.open(document["owner"], document["text"]),
        "count": len(document["persons"]) + document["nameless"],
        "mine": person in document["persons"],
        "author": document["author"] if plans else None,
        **{name: document[name] for name in ("into", "topic", "at")},
    }
