"""The consents of a person, purpose by purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity80
from services.members.dependencies import Dependencies
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
from services.members.iso import IsoTime

routes = Routes()


@dataclass(frozen=True)
class ConsentBody:
    """``wording`` is the version that the person read: the newest unless given."""

    partner: Annotated[Identity80 | None, Described("the partner, for a consent that holds for one partner")] = None
    wording: Annotated[
        int | Unset, Described("the version of the text that the member read; the newest if left out")
    ] = UNSET


@dataclass(frozen=True)
class PublicNameAnswer:
    """A name that anybody may read."""

    person: str
    name: str


@dataclass(frozen=True)
class PartnerQuery:
    partner: Annotated[Identity80 | None, Described("the partner, if the consent was given for one partner")] = None


@dataclass(frozen=True)
class ConsentState:
    """``given``: whether the person agrees now."""

    purpose: str
    partner: str | None
    given: bool


@dataclass(frozen=True)
class ConsentAnswer:
    """A consent with its time and its words."""

    purpose: str
    partner: str | None
    since: IsoTime
    wording: int
    text: str


@dataclass(frozen=True)
class PurposeAnswer:
    """A purpose to agree to, with its present words."""

    purpose: str
    wording: int
    text: str


@dataclass(frozen=True)
class ConsentList:
    """The person's consents, and all purposes."""

    items: tuple[ConsentAnswer, ...]
    purposes: tuple[PurposeAnswer, ...]
    next: str | None = None


@routes.get("/v1/me/consents", statuses=(200, 401))
def own_consents(deps: Dependencies, request: Request) -> Answer[ConsentList]:
    """List the caller's own consents, and the purposes that the caller can consent to, with their texts."""
    given = deps.commands.state(CONSENT, request.actor.require_person())[0].given.values()
    items = tuple(
        ConsentAnswer(
            purpose=consent.purpose,
            partner=consent.partner,
            since=consent.at.isoformat(),
            wording=consent.wording,
            text=WORDINGS[consent.purpose][consent.wording],
        )
        for consent in given
    )
    newest = {purpose: newest_wording(purpose) for purpose in WORDINGS}
    purposes = tuple(
        PurposeAnswer(purpose, newest[purpose], WORDINGS[purpose][newest[purpose]]) for purpose in WORDINGS
    )
    return Answer(ConsentList(items, purposes))


@routes.get("/v1/people/{person}/public-name", statuses=(200, 404))
def public_name(deps: Dependencies, request: Request) -> Answer[PublicNameAnswer]:
    """Show the name of a person who consented to be named in the archive of lectures.

    Open to everybody; no login. 404 without the consent.
    """
    person = request.path["person"]
    if (NAME_IN_ARCHIVE, None) not in deps.commands.state(CONSENT, person)[0].given:
        raise NotFound
    name = deps.name_of(person)
    if name is None:
        raise NotFound
    return Answer(PublicNameAnswer(person, name))


@routes.post("/v1/me/consents/{purpose}", statuses=(200, 401, 404, 422))
def give_consent(deps: Dependencies, request: Request[ConsentBody]) -> Answer[ConsentState]:
    """Consent to one purpose.

    For every member. The consent holds until it is withdrawn. ``wording`` is the version of the text that the member
    read; the newest, if left out.
    """
    person, purpose = _person_and_purpose(deps, request)
    body = request.body
    wording = newest_wording(purpose) if body.wording is UNSET else body.wording
    region = deps.commands.state(PERSON, person)[0].region
    return _change_consent(request, person, GiveConsent(purpose, body.partner, wording, region, request.now))


@routes.delete("/v1/me/consents/{purpose}", statuses=(200, 401, 404))
def withdraw_consent(deps: Dependencies, request: Request[None, PartnerQuery]) -> Answer[ConsentState]:
    """Withdraw one's own consent to a purpose."""
    person, purpose = _person_and_purpose(deps, request)
    region = deps.commands.state(PERSON, person)[0].region
    return _change_consent(request, person, WithdrawConsent(purpose, request.query.partner, region, request.now))


def _person_and_purpose(deps: Dependencies, request: Request[Any, Any]) -> tuple[str, str]:
    person, purpose = request.actor.require_person(), request.path["purpose"]
    if purpose not in WORDINGS or not deps.commands.state(PERSON, person)[0].is_member:
        raise NotFound
    return person, purpose


def _change_consent(
    request: Request[Any, Any], person: str, command: GiveConsent | WithdrawConsent
) -> Answer[ConsentState]:
    purpose, partner = command.purpose, command.partner

    def state_of(consents: Consents, _events: object) -> ConsentState:
        return ConsentState(purpose, partner, given=(purpose, partner) in consents.given)

    return request.outcome(CONSENT, person, command, state_of)
