"""The partners: institutions that the community works with, kept by the board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Email, Length, OneOf

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import BoundedPaging, listing, text
from services.notifications.api.feed import PARTNERS_KEEP
from services.notifications.api.patterns import regions
from services.notifications.domain.partner import (
    ACTIVE,
    DORMANT,
    KINDS,
    PARTNER,
    STATES,
    ActivatePartner,
    AddPartner,
    ChangePartner,
    Contact,
    Partner,
    Profile,
    RestPartner,
)
from services.notifications.parts import Parts
from services.notifications.views.partners import PARTNERS

routes = Routes()

CONTACTS_AT_MOST = 10


class ContactBody(Schema):
    name = text(longest=120)
    email = fields.String(load_default=None, allow_none=True, validate=[Length(3, 254), Email()])


class PartnerBody(Schema):
    """``regions`` bound what it may read, ``*`` for all."""

    name = text(longest=200)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    regions = regions(required=True)
    contacts = fields.List(fields.Nested(ContactBody), load_default=list, validate=Length(0, CONTACTS_AT_MOST))


class StateBody(Schema):
    """``agreement`` says where what was agreed can be read; wanted for ``active`` alone."""

    state = fields.String(required=True, validate=OneOf((ACTIVE, DORMANT)))
    agreement = fields.String(load_default="", validate=Length(0, 500))


class KeyShown(Schema):
    key = fields.String(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    regions = fields.List(fields.String(), required=True)


class PartnerShown(Schema):
    partner = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    regions = fields.List(fields.String(), required=True)
    state = fields.String(required=True, validate=OneOf(STATES))
    agreement = fields.String(required=True, allow_none=True)
    contacts = fields.List(
        fields.Dict(keys=fields.String(), values=fields.String(allow_none=True)),
        required=True,
        metadata={"description": "name and e-mail; empty where they were erased"},
    )
    keys = fields.List(fields.Nested(KeyShown), required=True)


class PartnerLine(Schema):
    partner = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    regions = fields.List(fields.String(), required=True)
    state = fields.String(required=True)


class PartnerCreated(Schema):
    partner = fields.String(required=True)
    state = fields.String(required=True)


@routes.post("/v1/partners", body=PartnerBody(), answer=PartnerCreated(), statuses=(201, 401, 403))
def add_partner(parts: Parts, request: Request) -> Answer:
    """Enter an institution that may become a partner."""
    request.actor.require(PARTNERS_KEEP)
    identity = request.new_id("partner")
    command = AddPartner(_profile(parts, request, ()))
    commit = request.take(
        PARTNER, identity, command, answer=lambda state, _: {"partner": identity, "state": state.state}
    )
    return recorded(commit, 201, location=f"/v1/partners/{identity}")


@routes.put("/v1/partners/{partner}", body=PartnerBody(), answer=PartnerCreated(), statuses=(200, 401, 403, 404, 412))
def change_partner(parts: Parts, request: Request) -> Answer:
    """Write down what changed about a partner."""
    request.actor.require(PARTNERS_KEEP)
    identity, standing = _known(parts, request)
    profile = _profile(parts, request, standing)
    answer = recorded(request.take(PARTNER, identity, ChangePartner(profile), answer=_said(identity)))
    parts.vault.destroy(*parts.commands.state(PARTNER, identity)[0].left)
    return answer


@routes.post(
    "/v1/partners/{partner}/state", body=StateBody(), answer=PartnerCreated(), statuses=(200, 401, 403, 404, 412)
)
def set_partner_state(parts: Parts, request: Request) -> Answer:
    """It is agreed, or it rests."""
    request.actor.require(PARTNERS_KEEP)
    identity, _ = _known(parts, request)
    active = request.body["state"] == ACTIVE
    command = ActivatePartner(request.body["agreement"]) if active else RestPartner()
    return recorded(request.take(PARTNER, identity, command, answer=_said(identity)))


@routes.get(
    "/v1/partners",
    query=BoundedPaging(),
    answer=listing(PartnerLine, "PartnerList", required=True),
    statuses=(200, 401, 403),
)
def list_partners(parts: Parts, request: Request) -> Answer:
    """The partners."""
    request.actor.require(PARTNERS_KEEP)
    page = parts.views.find(PARTNERS, sort="name", after=request.query["after"], limit=request.query["limit"])
    items = [{"partner": document.pop("_id"), **document} for document in page.items]
    return Answer({"items": items, "next": page.next})


@routes.get("/v1/partners/{partner}", answer=PartnerShown(), partners=True, statuses=(200, 401, 403, 404))
def show_partner(parts: Parts, request: Request) -> Answer:
    """A partner, to itself or to who keeps the partners."""
    identity = request.path["partner"]
    if request.actor.kind != "partner" or request.actor.id != identity:
        request.actor.require(PARTNERS_KEEP)
    partner, version = parts.commands.state(PARTNER, identity)
    if partner.state is None:
        raise NotFound
    return Answer(_shown(parts, identity, partner), version=version)


def _known(parts: Parts, request: Request) -> tuple[str, Sequence[Contact]]:
    """The partner of the path, and whom one speaks with there. Raises ``NotFound`` before anything is sealed for nobody."""
    identity = request.path["partner"]
    partner, _ = parts.commands.state(PARTNER, identity)
    if partner.state is None:
        raise NotFound
    return identity, partner.profile.contacts


def _profile(parts: Parts, request: Request, standing: Sequence[Contact]) -> Profile:
    """What is known from now on. A contact that stands stays as it was sealed; whoever is left out is forgotten."""
    body = request.body
    known = {tuple(_opened(parts, contact).values()): contact for contact in standing}
    contacts = []
    for n, given in enumerate(body["contacts"]):
        if (contact := known.get((given["name"], given["email"]))) is None:
            owner = request.new_id(f"contact-{n}")
            sealed = parts.vault.seal_all(owner, [("name", given["name"]), ("email", given["email"])])
            contact = Contact(owner, str(sealed["name"]), sealed["email"])
        contacts.append(contact)
    return Profile(body["name"].strip(), body["kind"], tuple(dict.fromkeys(body["regions"])), tuple(contacts))


def _opened(parts: Parts, contact: Contact) -> dict[str, str | None]:
    return {
        "name": parts.vault.open(contact.contact, contact.name),
        "email": parts.vault.open(contact.contact, contact.email),
    }


def _said(identity: str) -> Any:
    return lambda state, _events: {"partner": identity, "state": state.state}


def _shown(parts: Parts, identity: str, partner: Partner) -> dict[str, Any]:
    profile = partner.profile
    return {
        "partner": identity,
        "name": profile.name,
        "kind": profile.kind,
        "regions": list(profile.regions),
        "state": partner.state,
        "agreement": partner.agreement,
        "contacts": [_opened(parts, contact) for contact in profile.contacts],
        "keys": [
            {"key": key.key, "name": key.name, "scopes": list(key.scopes), "regions": list(key.regions)}
            for key in partner.keys
        ],
    }
