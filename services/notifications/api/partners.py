"""The partners: institutions that work with the community. The board keeps the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow.validate import Email, Length, OneOf

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import BoundedPageQuery, Listing, Text, fill, not_blank, paged, paging
from services.notifications.api.feed import PARTNERS_KEEP
from services.notifications.api.patterns import SomeRegions
from services.notifications.dependencies import Dependencies
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
    PartnerCommand,
    Profile,
    RestPartner,
)
from services.notifications.views.partners import PARTNERS

routes = Routes()

MAX_CONTACTS = 10


@dataclass(frozen=True)
class ContactBody:
    name: Annotated[str, not_blank(120)]
    email: Annotated[str, (Length(3, 254), Email())] | None = None


@dataclass(frozen=True)
class PartnerBody:
    """The partner may read facts of ``regions`` and no others; ``*`` stands for all."""

    name: Text
    kind: Annotated[str, OneOf(KINDS)]
    regions: SomeRegions
    contacts: Annotated[tuple[ContactBody, ...], Length(0, MAX_CONTACTS)] = ()


@dataclass(frozen=True)
class StateBody:
    """``agreement`` says where the agreement can be read; needed for ``active`` alone."""

    state: Annotated[str, OneOf((ACTIVE, DORMANT))]
    agreement: Annotated[str, Length(0, 500), Described("where the agreement can be read; required for active")] = ""


@dataclass(frozen=True)
class KeyShown:
    key: str
    name: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True)
class PartnerShown:
    partner: str
    name: str
    kind: str
    regions: tuple[str, ...]
    state: Annotated[str, OneOf(STATES)]
    agreement: str | None
    contacts: Annotated[
        tuple[Mapping[str, str | None], ...], Described("name and e-mail; empty where they were erased")
    ]
    keys: tuple[KeyShown, ...]


@dataclass(frozen=True)
class PartnerLine:
    partner: str
    name: str
    kind: str
    regions: tuple[str, ...]
    state: str


class PartnerList(Listing[PartnerLine]):
    pass


@dataclass(frozen=True)
class PartnerCreated:
    partner: str
    state: str


@routes.post("/v1/partners", statuses=(201, 401, 403))
def add_partner(deps: Dependencies, request: Request[PartnerBody]) -> Answer[PartnerCreated]:
    """Add an institution that may become a partner.

    Needs ``partners.keep``. It can use no key before its state is ``active``.
    """
    request.actor.require(PARTNERS_KEEP)
    partner = request.new_id("partner")
    command = AddPartner(_profile(deps, request, ()))
    return _outcome(request, partner, command, location=f"/v1/partners/{partner}")


@routes.put("/v1/partners/{partner}", statuses=(200, 401, 403, 404, 412))
def change_partner(deps: Dependencies, request: Request[PartnerBody]) -> Answer[PartnerCreated]:
    """Replace the data of a partner.

    Needs ``partners.keep``.
    """
    request.actor.require(PARTNERS_KEEP)
    identity = request.path["partner"]
    # Looked up first, so that nothing is sealed for a partner that does not exist.
    partner, _ = _partner(deps, identity)
    answer = _outcome(request, identity, ChangePartner(_profile(deps, request, partner.profile.contacts)))
    changed, _ = _partner(deps, identity)
    deps.vault.destroy(*changed.left)
    return answer


@routes.post("/v1/partners/{partner}/state", statuses=(200, 401, 403, 404, 412))
def set_partner_state(deps: Dependencies, request: Request[StateBody]) -> Answer[PartnerCreated]:
    """Activate a partner, with a reference to the agreement, or make the partner dormant.

    Needs ``partners.keep``. Keys and subscriptions of a dormant partner do not work.
    """
    request.actor.require(PARTNERS_KEEP)
    _partner(deps, request.path["partner"])
    active = request.body.state == ACTIVE
    command = ActivatePartner(request.body.agreement) if active else RestPartner()
    return _outcome(request, request.path["partner"], command)


@routes.get("/v1/partners", statuses=(200, 401, 403))
def list_partners(deps: Dependencies, request: Request[None, BoundedPageQuery]) -> Answer[PartnerList]:
    """List the partners by name.

    Needs ``partners.keep``.
    """
    request.actor.require(PARTNERS_KEEP)
    page = deps.views.find(PARTNERS, sort="name", **paging(request))
    return paged(page, lambda row: fill(PartnerLine, row), PartnerList)


@routes.get("/v1/partners/{partner}", partners=True, statuses=(200, 401, 403, 404))
def show_partner(deps: Dependencies, request: Request) -> Answer[PartnerShown]:
    """Show one partner with its contacts and its keys.

    For the partner, and for callers with ``partners.keep``.
    """
    identity = request.path["partner"]
    if request.actor.kind != "partner" or request.actor.id != identity:
        request.actor.require(PARTNERS_KEEP)
    partner, version = _partner(deps, identity)
    shown = fill(
        PartnerShown,
        partner.profile,
        partner=identity,
        state=partner.state,
        agreement=partner.agreement,
        contacts=tuple(_contact_opened(deps, contact) for contact in partner.profile.contacts),
        keys=tuple(fill(KeyShown, key) for key in partner.keys),
    )
    return Answer(shown, version=version)


def _partner(deps: Dependencies, identity: str) -> tuple[Partner, int]:
    """The partner and its version. Raises ``NotFound``."""
    partner, version = deps.commands.state(PARTNER, identity)
    if partner is None:
        raise NotFound
    return partner, version


def _profile(deps: Dependencies, request: Request[PartnerBody], before: Sequence[Contact]) -> Profile:
    """The profile of a body. A contact that was there ``before`` stays as it was sealed; the others are sealed now."""
    body = request.body
    known = {tuple(_contact_opened(deps, contact).values()): contact for contact in before}
    contacts = []
    for n, given in enumerate(body.contacts):
        if (contact := known.get((given.name, given.email))) is None:
            owner = request.new_id(f"contact-{n}")
            sealed = deps.vault.seal_all(owner, [("name", given.name), ("email", given.email)])
            contact = Contact(owner, str(sealed["name"]), sealed["email"])
        contacts.append(contact)
    return Profile(body.name.strip(), body.kind, tuple(dict.fromkeys(body.regions)), tuple(contacts))


def _contact_opened(deps: Dependencies, contact: Contact) -> dict[str, str | None]:
    return {
        "name": deps.vault.open(contact.contact, contact.name),
        "email": deps.vault.open(contact.contact, contact.email),
    }


def _outcome(
    request: Request[Any], identity: str, command: PartnerCommand, location: str | None = None
) -> Answer[PartnerCreated]:
    def created(partner: Partner | None, _events: object) -> PartnerCreated:
        assert partner is not None
        return PartnerCreated(identity, partner.state)

    return request.outcome(PARTNER, identity, command, created, location=location)
