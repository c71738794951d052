"""One's own data."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import fill
from services.members.api.affiliations import own_affiliations
from services.members.api.own_data import Background, background_of
from services.members.api.telegram import linked_accounts
from services.members.dependencies import Dependencies
from services.members.domain.person import PERSON
from services.members.iso import IsoTime
from services.members.views.affiliations import AffiliationRow
from services.members.views.libraries import LIBRARIES

routes = Routes()


@dataclass(frozen=True)
class Contacts:
    """How the person is reached; null where the person is not reached this way."""

    email: str | None
    phone: str | None


@dataclass(frozen=True)
class HeldOffice:
    """An office held or stood in for; ``region`` is null for an office of all regions."""

    office: str
    region: str | None


@dataclass(frozen=True)
class OwnAffiliation:
    """A library that the person works at now."""

    library: str
    name: str | None
    role: str
    since: IsoTime


@dataclass(frozen=True)
class Me:
    """All that is known about the caller here."""

    person: str
    name: str | None
    contacts: Contacts
    region: str | None
    subdistrict: str | None
    library: str
    language: str
    offices: tuple[HeldOffice, ...]
    affiliations: tuple[OwnAffiliation, ...]
    background: Background
    telegram: bool
    status: str


@routes.get("/v1/me", statuses=(200, 401))
def me(deps: Dependencies, request: Request) -> Answer[Me]:
    """Show the caller's own data, offices and affiliations."""
    identity = request.actor.require_person()
    person, version = deps.commands.state(PERSON, identity)
    member = person.member
    if member is None:
        raise NotFound
    name, email, phone = (deps.vault.open(identity, sealed) for sealed in (member.name, member.email, member.phone))
    shown = Me(
        person=identity,
        name=name,
        contacts=Contacts(email, phone),
        region=member.region,
        subdistrict=member.subdistrict,
        library=member.library,
        language=member.language,
        offices=tuple(HeldOffice(held.office, held.region) for held in request.actor.offices),
        affiliations=tuple(own_affiliation_shown(deps, row) for row in own_affiliations(deps, identity)),
        background=background_of(deps, identity, member),
        telegram=bool(linked_accounts(deps, identity)),
        status=person.standing.value,
    )
    return Answer(shown, version=version)


def own_affiliation_shown(deps: Dependencies, row: AffiliationRow) -> OwnAffiliation:
    library = deps.views.get(LIBRARIES, row.library)
    return fill(OwnAffiliation, row, name=library.name if library else None, since=row.since.isoformat())
