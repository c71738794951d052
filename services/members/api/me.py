"""One's own data."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.members.api.affiliations import own_affiliations
from services.members.api.own_data import Background, background_of
from services.members.api.telegram import accounts_of
from services.members.domain.person import PERSON
from services.members.parts import Parts
from services.members.views.libraries import LIBRARIES

routes = Routes()


class Contacts(Schema):
    """How somebody is reached; null where not at all this way."""

    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class HeldOffice(Schema):
    """An office held or stood in for; ``region`` null where it is for all."""

    office = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)


class OwnAffiliation(Schema):
    """A library that one works at now, and as what."""

    library = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    since = fields.AwareDateTime(required=True, format="iso")


class Me(Schema):
    """All that is known about oneself here."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    contacts = fields.Nested(Contacts, required=True)
    region = fields.String(required=True, allow_none=True)
    subdistrict = fields.String(required=True, allow_none=True)
    library = fields.String(required=True)
    language = fields.String(required=True)
    offices = fields.List(fields.Nested(HeldOffice), required=True)
    affiliations = fields.List(fields.Nested(OwnAffiliation), required=True)
    background = fields.Nested(Background, required=True)
    telegram = fields.Boolean(required=True)
    status = fields.String(required=True)


@routes.get("/v1/me", answer=Me(), statuses=(200, 401))
def me(parts: Parts, request: Request) -> Answer:
    """Who am I?"""
    identity = request.actor.require_person()
    person, version = parts.commands.state(PERSON, identity)
    if not person.is_member:
        raise NotFound
    body = {
        "person": identity,
        "name": parts.vault.open(identity, person.name),
        "contacts": {
            "email": parts.vault.open(identity, person.email),
            "phone": parts.vault.open(identity, person.phone),
        },
        "region": person.region,
        "subdistrict": person.subdistrict,
        "library": person.library,
        "language": person.language,
        "affiliations": [
            {**held, "name": (parts.views.get(LIBRARIES, held["library"]) or {}).get("name")}
            for held in own_affiliations(parts, identity)
        ],
        "offices": [{"office": held.office, "region": held.region} for held in request.actor.offices],
        "background": background_of(parts, identity, person),
        "telegram": bool(accounts_of(parts, identity)),
        "status": person.standing.value,
    }
    return Answer(body, version=version)
