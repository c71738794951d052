"""What one agreed to, purpose by purpose."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.message import Command
from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity
from services.members.domain.consent import (
    CONSENT,
    NAME_IN_ARCHIVE,
    WORDINGS,
    Consents,
    GiveConsent,
    WithdrawConsent,
    newest_wording,
)
from services.members.domain.person import PERSON
from services.members.parts import Parts

routes = Routes()


class ConsentBody(Schema):
    """For whom, and which words were read: the newest by default."""

    partner = identity(required=False, published_length=80, allow_none=True, load_default=None)
    wording = fields.Integer(strict=True)


class PublicNameAnswer(Schema):
    """A name that anybody may read."""

    person = fields.String(required=True)
    name = fields.String(required=True)


class PartnerQuery(Schema):
    """For whom."""

    partner = identity(required=False, published_length=80, load_default=None)


class ConsentState(Schema):
    """Whether it is agreed to now."""

    purpose = fields.String(required=True)
    partner = fields.String(required=True, allow_none=True)
    given = fields.Boolean(required=True)


class ConsentAnswer(Schema):
    """What was agreed to, when and in which words."""

    purpose = fields.String(required=True)
    partner = fields.String(required=True, allow_none=True)
    since = fields.AwareDateTime(required=True, format="iso")
    wording = fields.Integer(required=True)
    text = fields.String(required=True)


class PurposeAnswer(Schema):
    """What may be agreed to, and in which words now."""

    purpose = fields.String(required=True)
    wording = fields.Integer(required=True)
    text = fields.String(required=True)


class ConsentList(Schema):
    """What is agreed to now, and what there is to agree to."""

    items = fields.List(fields.Nested(ConsentAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
    purposes = fields.List(fields.Nested(PurposeAnswer), required=True)


@routes.get("/v1/me/consents", answer=ConsentList(), statuses=(200, 401))
def own_consents(parts: Parts, request: Request) -> Answer:
    """What I agreed to."""
    given = parts.commands.state(CONSENT, request.actor.require_person())[0].given.values()
    items = [
        {
            "purpose": one.purpose,
            "partner": one.partner,
            "since": one.at.isoformat(),
            "wording": one.wording,
            "text": WORDINGS[one.purpose][one.wording],
        }
        for one in given
    ]
    purposes = [
        {"purpose": purpose, "wording": newest_wording(purpose), "text": texts[newest_wording(purpose)]}
        for purpose, texts in WORDINGS.items()
    ]
    return Answer({"items": items, "next": None, "purposes": purposes})


@routes.get("/v1/people/{person}/public-name", answer=PublicNameAnswer(), statuses=(200, 404))
def public_name(parts: Parts, request: Request) -> Answer:
    """The name of somebody who agreed to be named in the archive."""
    person = request.path["person"]
    if (NAME_IN_ARCHIVE, None) not in parts.commands.state(CONSENT, person)[0].given:
        raise NotFound
    name = parts.name_of(person)
    if name is None:
        raise NotFound
    return Answer({"person": person, "name": name})


@routes.post("/v1/me/consents/{purpose}", body=ConsentBody(), answer=ConsentState(), statuses=(200, 401, 404, 422))
def give_consent(parts: Parts, request: Request) -> Answer:
    """Agree to a purpose."""
    person, purpose = _whose(parts, request)
    body = request.body
    wording = body.get("wording", newest_wording(purpose))
    region = parts.commands.state(PERSON, person)[0].region
    command = GiveConsent(purpose, body["partner"], wording, region, request.now)
    return _take(request, person, command, purpose, body["partner"])


@routes.delete("/v1/me/consents/{purpose}", query=PartnerQuery(), answer=ConsentState(), statuses=(200, 401, 404))
def withdraw_consent(parts: Parts, request: Request) -> Answer:
    """Agree to a purpose no more."""
    person, purpose = _whose(parts, request)
    partner = request.query["partner"]
    region = parts.commands.state(PERSON, person)[0].region
    return _take(request, person, WithdrawConsent(purpose, partner, region, request.now), purpose, partner)


def _whose(parts: Parts, request: Request) -> tuple[str, str]:
    person, purpose = request.actor.require_person(), request.path["purpose"]
    if purpose not in WORDINGS or not parts.commands.state(PERSON, person)[0].is_member:
        raise NotFound
    return person, purpose


def _take(request: Request, person: str, command: Command, purpose: str, partner: str | None) -> Answer:
    def answer(state: Consents, _events: Any) -> dict[str, Any]:
        return {"purpose": purpose, "partner": partner, "given": (purpose, partner) in state.given}

    return recorded(request.take(CONSENT, person, command, answer=answer))
