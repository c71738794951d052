"""Guests: who takes part without belonging, and whose participation that turns out to be."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.kernel.base.problem import Forbidden, Malformed, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity, is_identity, text
from services.members.domain.guest import GUEST, AddGuest, TieGuest
from services.members.domain.person import PERSON, KeepForGuest
from services.members.identity.contact import email, given_contact, phone
from services.members.identity.joining import clean
from services.members.parts import Parts
from services.members.views.guests import GUESTS

routes = Routes()


class GuestBody(Schema):
    """What a guest gave of themselves; all of it may be left out."""

    name = text(required=False, allow_none=True, load_default=None)
    email = text(required=False, allow_none=True, load_default=None)
    phone = text(required=False, allow_none=True, load_default=None)


class GuestAnswer(Schema):
    """A guest; ``person`` is the member whose participation this is, once that is known."""

    guest = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    person = fields.String(required=True, allow_none=True)


class TieBody(Schema):
    """The member that the guest is."""

    person = identity(published_length=80)


class GuestAdded(Schema):
    """The guest's id."""

    guest = fields.String(required=True)


class GuestTied(Schema):
    """Who the guest is."""

    guest = fields.String(required=True)
    person = fields.String(required=True)


@routes.post("/v1/guests/{guest}", body=GuestBody(), answer=GuestAdded(), statuses=(201, 403, 422))
def add_guest(parts: Parts, request: Request) -> Answer:
    """Note a guest.

    The gateway has made the guest's id; no member may have it. Strangers note themselves.
    """
    if request.actor.kind == "person":
        _require_guests(request.actor)
    guest = _new_identity(request.path["guest"])
    body = request.body
    mail = given_contact(email, "email", body["email"])
    number = given_contact(phone, "phone", body["phone"])
    _keep(request, guest)
    identification = parts.identification
    references = tuple(
        identification.reference(known, request.new_id(f"reference-{known.kind}"))
        for known in (mail, number)
        if known is not None
    )
    sealed = parts.vault.seal_all(
        guest,
        [
            ("name", body["name"] and clean(body["name"])),
            ("email", None if mail is None else mail.value),
            ("phone", None if number is None else number.value),
        ],
    )
    command = AddGuest(sealed["name"], sealed["email"], sealed["phone"], references)
    commit = request.take(GUEST, guest, command, answer=lambda _state, _events: {"guest": guest})
    return recorded(commit, 201, location=f"/v1/guests/{guest}")


@routes.get("/v1/guests/{guest}", answer=GuestAnswer(), statuses=(200, 403, 404))
def guest(parts: Parts, request: Request) -> Answer:
    """A guest."""
    _require_guests(request.actor)
    key = request.path["guest"]
    document = parts.views.get(GUESTS, key)
    if document is None:
        raise NotFound
    opened = {name: parts.vault.open(key, document[name]) for name in ("name", "email", "phone")}
    return Answer({"guest": key, **opened, "person": document["person"]})


@routes.post("/v1/guests/{guest}/tie", body=TieBody(), answer=GuestTied(), statuses=(200, 403, 404, 422))
def tie_guest(parts: Parts, request: Request) -> Answer:
    """Say which member a guest is.

    For a guest whom no login has proved to be a member.
    """
    _require_guests(request.actor)
    key, person = request.path["guest"], request.body["person"]
    member, _ = parts.commands.state(PERSON, person)
    if not member.is_member:
        raise Malformed(errors={"person": ["There is no such member."]})
    # The guest belongs to no region, but what the guest did becomes the member's.
    request.actor.require("members.guest", member.region)
    if not parts.commands.state(GUEST, key)[0].added:
        raise NotFound("there is no such guest")
    _keep(request, key)
    answer = {"guest": key, "person": person}
    return recorded(request.take(GUEST, key, TieGuest(person, "hand"), answer=lambda _state, _events: answer))


def _keep(request: Request, guest: str) -> None:
    """From here on nobody joins under the guest's id. Raises ``Refused`` where it is a member's."""
    request.also(PERSON, guest, KeepForGuest(), "keep")


def _new_identity(text: str) -> str:
    # Chosen outside, and from then on part of streams, addresses and headers.
    if not is_identity(text):
        raise Malformed(errors={"guest": ["Not an id."]})
    return text


def _require_guests(actor: Actor) -> None:
    # A guest belongs to no region, so the permission counts wherever it is held.
    if actor.kind == "anonymous":
        actor.require_person()
    if not actor.may_somewhere("members.guest"):
        raise Forbidden(permission="members.guest")
