"""What the gateway and notifications ask: who is behind a token, and how people are reached."""

from __future__ import annotations

import hmac
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.problem import Malformed, Unauthorized
from services.kernel.declare.policy import Actor, Held
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import identity, text
from services.members.api.telegram import chat_of
from services.members.domain.credential import TOKEN
from services.members.domain.guest import GUEST
from services.members.domain.office_kinds import grants_of
from services.members.domain.person import PERSON, Standing
from services.members.parts import Parts
from services.members.secret_deriver import read_bearer
from services.members.views.guests import GUESTS
from services.members.views.offices import OFFICE_HOLDERS

routes = Routes()

MOST_PEOPLE = 200
OWN = frozenset({Standing.MEMBER, Standing.ERASED})
"""Under such an id somebody belongs or did: it stands for nobody else, whomever it is tied to."""


class TokenBody(Schema):
    """A bearer token as its holder sent it: whatever it is, for what is none of ours is nobody's, not malformed."""

    token = fields.String(required=True)


class HeldBody(Schema):
    """An office held or stood in for."""

    office = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)


class ActorAnswer(Schema):
    """An actor as ``policy.actor_from`` reads it, and the language they are spoken to in."""

    kind = fields.String(required=True)
    id = fields.String(required=True)
    offices = fields.List(fields.Nested(HeldBody), required=True)
    grants = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    language = fields.String(required=True)


class PeopleQuery(Schema):
    """Ids with commas between them. ``code``: the id of a login code whose digits are to be sent to the one person."""

    ids = text(longest=20_000)
    code = fields.String()


class Reached(Schema):
    """How somebody is reached. ``person`` is the id asked for, a guest's too; a tied guest is reached as the member.
    ``telegram`` is the id of a private chat.
    """

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    telegram = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)
    subdistrict = fields.String(required=True, allow_none=True)
    erased = fields.Boolean(required=True)


class PersonQuery(Schema):
    """A member."""

    person = identity(published_length=80)


class IdsAnswer(Schema):
    """Ids of one person."""

    ids = fields.List(fields.String(), required=True)


class PeopleAnswer(Schema):
    """Those of the ids that are somebody's."""

    people = fields.List(fields.Nested(Reached), required=True)
    code = fields.String()


@routes.post("/internal/identity", body=TokenBody(), answer=ActorAnswer(), public=False, statuses=(200, 401, 403))
def identify(parts: Parts, request: Request) -> Answer:
    """Who is behind a token?

    Answers with all that the person's offices allow. Reads the token's own stream, so a revoked token is worthless at
    once.
    """
    request.actor.require_service("gateway")
    bearer = read_bearer(request.body["token"])
    if bearer is None:
        raise Unauthorized("this is no token of ours")
    token, _ = parts.commands.state(TOKEN, bearer.token)
    if token.person is None or not hmac.compare_digest(token.digest, bearer.digest):
        raise Unauthorized("this is no token of ours")
    if not token.good(parts.machine.now()):
        raise Unauthorized("this token has expired or was revoked")
    person, _ = parts.commands.state(PERSON, token.person)
    if not person.is_member:
        raise Unauthorized("who this token was for has left")
    actor = actor_of(parts, token.person)
    return Answer({**asdict(actor), "language": person.language})


def actor_of(parts: Parts, person: str) -> Actor:
    """A person with the offices they hold or stand in for."""
    documents = [
        *parts.views.all(OFFICE_HOLDERS, {"holder": person}),
        *parts.views.all(OFFICE_HOLDERS, {"stand_in": person}),
    ]
    held = sorted(((document["office"], document["region"]) for document in documents), key=str)
    return Actor("person", person, tuple(Held(office, region) for office, region in held), grants_of(held))


@routes.get("/internal/people", query=PeopleQuery(), answer=PeopleAnswer(), public=False, statuses=(200, 403))
def people(parts: Parts, request: Request) -> Answer:
    """How are these people reached?

    Reads their own streams, so whoever has just joined is there.
    """
    request.actor.require_service("notifications")
    ids = list(dict.fromkeys(part for part in request.query["ids"].split(",") if part))
    if len(ids) > MOST_PEOPLE:
        raise Malformed(errors={"ids": [f"At most {MOST_PEOPLE} at once."]})
    found = [reached for reached in (_reached(parts, identity) for identity in ids) if reached is not None]
    if (code := request.query.get("code")) is None:
        return Answer({"people": found})
    if len(ids) != 1:
        raise Malformed(errors={"code": ["A code is one person's."]})
    return Answer({"people": found, "code": parts.secrets.digits(code)})


def _reached(parts: Parts, asked: str) -> dict[str, Any] | None:
    guest, _ = parts.commands.state(GUEST, asked)
    person, _ = parts.commands.state(PERSON, asked)
    identity = asked
    if guest.person is not None and person.standing not in OWN:
        identity = guest.person
        person, _ = parts.commands.state(PERSON, identity)
    if person.is_member:
        sealed = {"name": person.name, "email": person.email, "phone": person.phone}
    elif guest.added:
        sealed = {"name": guest.name, "email": guest.email, "phone": guest.phone}
    elif person.standing is Standing.ERASED:
        sealed = {"name": None, "email": None, "phone": None}
    else:
        return None
    opened = {field: parts.vault.open(identity, text) for field, text in sealed.items()}
    return {
        "person": asked,
        **opened,
        "telegram": chat_of(parts, identity) if person.is_member else None,
        "language": person.language,
        "region": person.region,
        "subdistrict": person.subdistrict,
        # Something was sealed once, and nothing of it can be opened any more.
        "erased": person.standing is Standing.ERASED or (any(sealed.values()) and not any(opened.values())),
    }


@routes.get("/internal/ids", query=PersonQuery(), answer=IdsAnswer(), public=False, statuses=(200, 403))
def ids(parts: Parts, request: Request) -> Answer:
    """Under which ids is this person known?

    The person's own id first, then those of the guests whom the person once was.
    """
    request.actor.require_service("gateway")
    person = request.query["person"]
    guests = [document["_id"] for document in parts.views.all(GUESTS, {"person": person})]
    # A member is nobody's guest, whatever was noted under the id before the id's own stream was asked.
    known = [guest for guest in guests if parts.commands.state(PERSON, guest)[0].standing not in OWN]
    return Answer({"ids": [person, *known]})
