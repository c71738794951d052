"""Erasure at a member's own request, or by the board on the member's behalf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import Equal

from services.kernel.base.problem import Unauthorized
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.members.dependencies import Dependencies
from services.members.domain.person import PERSON, Leave

routes = Routes()


@dataclass(frozen=True)
class Sure:
    """An erasure cannot be undone, so the caller confirms."""

    sure: Annotated[bool, Equal(True), Described("must be true")]


@dataclass(frozen=True)
class Erasing:
    """The person to be erased. The erasure takes seconds; after that the sealed texts cannot be opened."""

    person: str


@routes.post("/v1/me/erasure", statuses=(202, 401))
def erase_me(_deps: Dependencies, request: Request[Sure]) -> Answer[Erasing]:
    """Erase the caller's own personal data, for good.

    The keys of all personal data of the caller are destroyed in every service, which cannot be undone. The caller is no
    longer a member.
    """
    return _leave(request, request.actor.require_person())


@routes.post("/v1/members/{member}/erasure", statuses=(202, 403, 404))
def erase_member(_deps: Dependencies, request: Request[Sure]) -> Answer[Erasing]:
    """Erase the personal data of a member who has asked for it, for good.

    Needs ``people.erase``. The keys of all personal data of the member are destroyed in every service, which cannot be
    undone.
    """
    request.actor.require("people.erase")
    if not request.actor.id:
        raise Unauthorized
    return _leave(request, request.path["member"])


def _leave(request: Request[Sure], person: str) -> Answer[Erasing]:
    return request.outcome(PERSON, person, Leave(request.actor.id), lambda *_: Erasing(person))
