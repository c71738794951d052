"""Guests: people who take part without being members, and the members that they turn out to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from services.kernel.base.problem import Forbidden, Malformed, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity80, Text, fill, is_identity
from services.members.dependencies import Dependencies
from services.members.domain.guest import GUEST, AddGuest, TieGuest
from services.members.domain.person import PERSON, KeepForGuest
from services.members.identity.contact import email, given_contact, phone
from services.members.identity.joining import clean
from services.members.views.guests import GUESTS

routes = Routes()


@dataclass(frozen=True)
class GuestBody:
    """The guest may leave every field out."""

    name: Text | None = None
    email: Text | None = None
    phone: Text | None = None


@dataclass(frozen=True)
class GuestAnswer:
    """``person`` is the member that the guest is tied to."""

    guest: str
    name: str | None
    email: str | None
    phone: str | None
    person: str | None


@dataclass(frozen=True)
class TieBody:
    """The member that the guest is."""

    person: Annotated[Identity80, Described("the member that the guest is")]


@dataclass(frozen=True)
class GuestAdded:
    guest: str


@dataclass(frozen=True)
class GuestTied:
    guest: str
    person: str


@routes.post("/v1/guests/{guest}", statuses=(201, 403, 422))
def add_guest(deps: Dependencies, request: Request[GuestBody]) -> Answer[GuestAdded]:
    """Record a guest, with name and contacts if given, under an id that the caller has made.

    For callers with ``members.guest``. People without a login may record themselves. An id of a member is refused.
    """
    if request.actor.kind == "person":
        _require_guests(request.actor)
    guest, body = _identity_from_outside(request.path["guest"]), request.body
    mail = given_contact(email, "email", body.email)
    number = given_contact(phone, "phone", body.phone)
    _keep_for_guest(request, guest)
    identification = deps.identification
    references = tuple(
        identification.reference(known, request.new_id(f"reference-{known.kind}"))
        for known in (mail, number)
        if known is not None
    )
    sealed = deps.vault.seal_all(
        guest,
        [
            ("name", body.name and clean(body.name)),
            ("email", None if mail is None else mail.value),
            ("phone", None if number is None else number.value),
        ],
    )
    command = AddGuest(sealed["name"], sealed["email"], sealed["phone"], references)
    return request.outcome(GUEST, guest, command, lambda *_: GuestAdded(guest), location=f"/v1/guests/{guest}")


@routes.get("/v1/guests/{guest}", statuses=(200, 403, 404))
def guest(deps: Dependencies, request: Request) -> Answer[GuestAnswer]:
    """Show a guest with name and contacts.

    Needs ``members.guest``.
    """
    _require_guests(request.actor)
    row = deps.views.get(GUESTS, request.path["guest"])
    if row is None:
        raise NotFound
    name, mail, number = (deps.vault.open(row.guest, sealed) for sealed in (row.name, row.email, row.phone))
    return Answer(fill(GuestAnswer, row, name=name, email=mail, phone=number))


@routes.post("/v1/guests/{guest}/tie", statuses=(200, 403, 404, 422))
def tie_guest(deps: Dependencies, request: Request[TieBody]) -> Answer[GuestTied]:
    """Record which member a guest is, so that the guest's history becomes the member's.

    Needs ``members.guest`` in the member's region. Not needed if the guest proves the contact by logging in as a
    member.
    """
    _require_guests(request.actor)
    guest, person = request.path["guest"], request.body.person
    member = deps.require_member(person)
    # A guest has no region, but the guest's participation becomes the member's.
    request.actor.require("members.guest", member.region)
    if deps.commands.state(GUEST, guest)[0] is None:
        raise NotFound("There is no such guest.")
    _keep_for_guest(request, guest)
    return request.outcome(GUEST, guest, TieGuest(person, "hand"), lambda *_: GuestTied(guest, person))


def _keep_for_guest(request: Request[Any], guest: str) -> None:
    """From here on nobody joins under the guest's id. Raises ``Refused`` where the id is a member's."""
    request.also(PERSON, guest, KeepForGuest(), "keep")


def _identity_from_outside(text: str) -> str:
    # Chosen outside, and from then on part of streams, addresses and headers.
    if not is_identity(text):
        raise Malformed(errors={"guest": ["Not an id."]})
    return text


def _require_guests(actor: Actor) -> None:
    # A guest has no region, so the permission in any region is enough.
    if actor.kind == "anonymous":
        actor.require_person()
    if not actor.may_somewhere("members.guest"):
        raise Forbidden(permission="members.guest")
