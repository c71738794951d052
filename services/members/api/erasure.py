"""To be forgotten: one's own word, or the board's on behalf of somebody who asked for it."""

from __future__ import annotations

from collections.abc import Sequence

from marshmallow import Schema, fields
from marshmallow.validate import Equal

from services.kernel import shapes
from services.kernel.problem import Unauthorized
from services.kernel.route import Answer, Request, Route, recorded
from services.members.domain.person import PERSON, Leave
from services.members.parts import Parts


class Sure(Schema):
    """There is no way back, so it is said twice."""

    sure = shapes.truth(validate=Equal(True))


class Erasing(Schema):
    """Whom it is about. It is done within seconds; what was sealed can then be opened by nobody."""

    person = fields.String(required=True)


def erase_me(_parts: Parts, request: Request) -> Answer:
    """Forget me."""
    return _taken(request, request.actor.require_person())


def erase_member(_parts: Parts, request: Request) -> Answer:
    """Forget somebody who has asked the board for it."""
    request.actor.require("people.erase")
    if not request.actor.id:
        raise Unauthorized
    return _taken(request, request.path["member"])


def _taken(request: Request, person: str) -> Answer:
    answer = {"person": person}
    return recorded(request.take(PERSON, person, Leave(request.actor.id), answer=lambda _state, _events: answer), 202)


ROUTES: Sequence[Route] = (
    Route(
        "POST",
        "/v1/me/erasure",
        erase_me,
        name="erase-me",
        summary="Forget me: everything sealed about me is destroyed, for good",
        body=Sure(),
        answer=Erasing(),
        statuses=(202, 401),
    ),
    Route(
        "POST",
        "/v1/members/{member}/erasure",
        erase_member,
        name="erase-member",
        summary="Forget a member who has asked for it",
        body=Sure(),
        answer=Erasing(),
        statuses=(202, 403, 404),
    ),
)
