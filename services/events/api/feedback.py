"""Three questions after an activity."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.events.domain.attendance import ATTENDANCE
from services.events.domain.feedback import FEEDBACK, HIGHEST, LOWEST, GiveFeedback
from services.events.parts import Parts
from services.events.views.feedback import FEEDBACK_LISTS
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import line, number

routes = Routes()


class Answers(Schema):
    useful = number(LOWEST, HIGHEST)
    understood = number(LOWEST, HIGHEST)
    next = line(required=False, longest=2000, load_default=None)


class FeedbackRef(Schema):
    activity = fields.String()


class Scores(Schema):
    average = fields.Float(allow_none=True)
    counts = fields.List(fields.Integer(), metadata={"description": "how many gave 1, 2, 3, 4 and 5"})


class Summary(Schema):
    activity = fields.String()
    count = fields.Integer()
    useful = fields.Nested(Scores)
    understood = fields.Nested(Scores)
    next = fields.List(fields.String())


@routes.post("/v1/activities/{activity}/feedback", body=Answers(), answer=FeedbackRef(), statuses=(201, 404, 422))
def give_feedback(parts: Parts, request: Request) -> Answer:
    """How useful, how well understood, and what next."""
    person = request.actor.require_person()
    standing = parts.activity(request.path["activity"], request.actor)
    body = request.body
    command = GiveFeedback(
        person=person,
        useful=body["useful"],
        understood=body["understood"],
        present=_was_there(parts, standing.identity, person),
        wish=body["next"] and parts.vault.seal(person, body["next"]),
    )
    reply = {"activity": standing.identity}
    return recorded(request.take(FEEDBACK, standing.identity, command, answer=lambda *_: reply), 201)


@routes.get("/v1/activities/{activity}/feedback", answer=Summary(), statuses=(200, 403, 404))
def show_feedback(parts: Parts, request: Request) -> Answer:
    """What those who were there thought of it."""
    standing = parts.planned(request.path["activity"], request.actor)
    given = (parts.views.get(FEEDBACK_LISTS, standing.identity) or {"given": []})["given"]
    wishes = (parts.vault.open(each["person"], each["wish"]) for each in given)
    return Answer(
        {
            "activity": standing.identity,
            "count": len(given),
            "useful": _scores([each["useful"] for each in given]),
            "understood": _scores([each["understood"] for each in given]),
            "next": [wish for wish in wishes if wish is not None],
        }
    )


def _was_there(parts: Parts, activity: str, person: str) -> bool:
    there, _ = parts.commands.state(ATTENDANCE, activity)
    return person in there.persons or not there.guests.isdisjoint(parts.known_as(person))


def _scores(scores: list[int]) -> dict[str, Any]:
    average = round(sum(scores) / len(scores), 2) if scores else None
    return {"average": average, "counts": [scores.count(score) for score in range(LOWEST, HIGHEST + 1)]}
