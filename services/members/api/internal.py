"""Questions of the gateway and notifications: the person behind a token, and the ways to reach people."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from services.kernel.base.problem import Malformed, TokenEnded
from services.kernel.declare.policy import Actor, Held
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Unset
from services.kernel.declare.shapes import Identity80, fill, not_blank
from services.members.api.telegram import chat_of
from services.members.dependencies import Dependencies
from services.members.domain.credential import TOKEN
from services.members.domain.guest import GUEST
from services.members.domain.office_kinds import grants_of
from services.members.domain.person import PERSON, IdentityStatus
from services.members.secret_deriver import read_bearer
from services.members.views.guests import GUESTS
from services.members.views.offices import OFFICE_HOLDERS

routes = Routes()

MAX_PEOPLE = 200
OWN = frozenset({IdentityStatus.MEMBER, IdentityStatus.ERASED})
"""An id of this standing is or was a member's. It stands for no other person, whichever guest is tied to it."""


@dataclass(frozen=True)
class TokenBody:
    """A bearer token as its holder sent it. Any text is accepted here: a text of another form is an unknown token, not
    a malformed request.
    """

    token: str


@dataclass(frozen=True)
class ActorOffice:
    """An office held or stood in for."""

    office: str
    region: str | None


@dataclass(frozen=True)
class ActorAnswer:
    """An actor as ``policy.actor_from`` reads it, with the language that the person reads."""

    kind: str
    id: str
    offices: tuple[ActorOffice, ...]
    grants: Mapping[str, tuple[str, ...]]
    language: str


@dataclass(frozen=True)
class PeopleQuery:
    """``ids``: ids with commas between. ``code``: the id of a login code whose digits are to be sent to the only person
    asked for.
    """

    ids: Annotated[str, not_blank(20_000)]
    code: str | Unset = UNSET


@dataclass(frozen=True)
class Reached:
    """How somebody is reached. ``person`` is the id asked for, a guest's too; a tied guest is reached as the member.
    ``telegram`` is the id of a private chat.
    """

    person: str
    name: str | None
    language: str
    email: str | None
    phone: str | None
    telegram: str | None
    region: str | None
    subdistrict: str | None
    erased: bool


@dataclass(frozen=True)
class PersonQuery:
    """A member."""

    person: Identity80


@dataclass(frozen=True)
class IdsAnswer:
    """All ids of one person."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class PeopleAnswer:
    """The people behind the ids; an id that is nobody's has no entry. ``code`` holds the digits of the code asked for."""

    people: tuple[Reached, ...]
    code: str | Unset = UNSET


@routes.post("/internal/identity", public=False, statuses=(200, 401, 403))
def identify(deps: Dependencies, request: Request[TokenBody]) -> Answer[ActorAnswer]:
    """Show the person behind a token, with all permissions of the person's offices.

    Only the gateway may call this. Reads the token's own stream, so a revoked token is refused at once.
    """
    request.actor.require_service("gateway")
    bearer = read_bearer(request.body.token)
    if bearer is None:
        raise TokenEnded("This is not a token of this installation.")
    token, _ = deps.commands.state(TOKEN, bearer.token)
    if token is None or not hmac.compare_digest(token.digest, bearer.digest):
        raise TokenEnded("This is not a token of this installation.")
    if not token.is_valid(deps.machine.now()):
        raise TokenEnded("This token has expired or was revoked.")
    person, _ = deps.commands.state(PERSON, token.person)
    if not person.is_member:
        raise TokenEnded("The member to whom this token was issued has left.")
    actor = actor_of(deps, token.person)
    offices = tuple(fill(ActorOffice, held) for held in actor.offices)
    return Answer(ActorAnswer(actor.kind, actor.id, offices, actor.grants, person.language))


def actor_of(deps: Dependencies, person: str) -> Actor:
    """A person with the offices that the person holds or stands in for."""
    rows = [
        *deps.views.all(OFFICE_HOLDERS, {"holder": person}),
        *deps.views.all(OFFICE_HOLDERS, {"stand_in": person}),
    ]
    held = sorted(((row.office, row.region) for row in rows), key=str)
    return Actor("person", person, tuple(Held(office, region) for office, region in held), grants_of(held))


@routes.get("/internal/people", public=False, statuses=(200, 403))
def people(deps: Dependencies, request: Request[None, PeopleQuery]) -> Answer[PeopleAnswer]:
    """Show how people can be reached: names and contacts by id.

    Only notifications may call this. Reads the people's own streams, so people who have just joined are found.
    """
    request.actor.require_service("notifications")
    ids = list(dict.fromkeys(part for part in request.query.ids.split(",") if part))
    if len(ids) > MAX_PEOPLE:
        raise Malformed(errors={"ids": [f"At most {MAX_PEOPLE} at once."]})
    found = [reached for reached in (_reached(deps, identity) for identity in ids) if reached is not None]
    answer = PeopleAnswer(tuple(found))
    if request.query.code is UNSET:
        return Answer(answer)
    if len(ids) != 1:
        raise Malformed(errors={"code": ["Ask for exactly one person with a code."]})
    return Answer(replace(answer, code=deps.secrets.digits(request.query.code)))


def _reached(deps: Dependencies, asked: str) -> Reached | None:
    guest, _ = deps.commands.state(GUEST, asked)
    person, _ = deps.commands.state(PERSON, asked)
    identity = asked
    if guest is not None and guest.person is not None and person.standing not in OWN:
        identity = guest.person
        person, _ = deps.commands.state(PERSON, identity)
    member = person.member
    if known := member or guest:
        sealed = (known.name, known.email, known.phone)
    elif person.standing is IdentityStatus.ERASED:
        sealed = (None, None, None)
    else:
        return None
    name, email, phone = opened = [deps.vault.open(identity, text) for text in sealed]
    return Reached(
        person=asked,
        name=name,
        email=email,
        phone=phone,
        telegram=chat_of(deps, identity) if member else None,
        language=person.language,
        region=person.region,
        subdistrict=member.subdistrict if member else None,
        # Also erased: texts were sealed, and none of them opens.
        erased=person.standing is IdentityStatus.ERASED or (any(sealed) and not any(opened)),
    )


@routes.get("/internal/ids", public=False, statuses=(200, 403))
def ids(deps: Dependencies, request: Request[None, PersonQuery]) -> Answer[IdsAnswer]:
    """List all ids of a person: the person's own id first, then the ids that the person had as a guest.

    Only the gateway may call this.
    """
    request.actor.require_service("gateway")
    person = request.query.person
    guests = [row.guest for row in deps.views.all(GUESTS, {"person": person})]
    # A member is no guest, even if a guest was noted under the member's id before the id's own stream was asked.
    known = [guest for guest in guests if deps.commands.state(PERSON, guest)[0].standing not in OWN]
    return Answer(IdsAnswer((person, *known)))
