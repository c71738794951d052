"""To be forgotten: one's own word, or the board's on behalf of somebody who asked for it."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Equal

from services.kernel.base.problem import Unauthorized
from services.kernel.declare import shapes
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.members.domain.person import PERSON, Leave
from services.members.parts import Parts

routes = Routes()


class Sure(Schema):
    """There is no way back, so it is said twice."""

    sure = shapes.truth(validate=Equal(True))


class Erasing(Schema):
    """Whom it is about. It is done within seconds; what was sealed can then be opened by nobody."""

    person = fields.String(required=True)


@routes.post("/v1/me/erasure", body=Sure(), answer=Erasing(), statuses=(202, 401))
def erase_me(_parts: Parts, request: Request) -> Answer:
    """Forget me: everything sealed about me is destroyed, for good."""
    return _taken(request, request.actor.require_person())


@routes.post("/v1/members/{member}/erasure", body=Sure(), answer=Erasing(), statuses=(202, 403, 404))
def erase_member(_parts: Parts, request: Request) -> Answer:
    """Forget a member who has asked for it."""
    request.actor.require("people.erase")
    if not request.actor.id:
        raise Unauthorized
    return _taken(request, request.path["member"])


def _taken(request: Request, person: str) -> Answer:
    answer = {"person": person}
    return recorded(request.take(PERSON, person, Leave(request.actor.id), answer=lambda _state, _events: answer), 202)
