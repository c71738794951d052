"""Who leaves lets go of what is theirs: offices, places of work, things lent, tokens, and the guests they once were.

One instance a person, and one a guest of nobody's who is forgotten. It learns from the person's whole history, and acts when the erasure is decided: offices are vacated,
affiliations ended, what was lent withdrawn, tokens revoked, and the erasure is started with every id that was ever the
person's, those among them that yielded to the person's. A guest tied or an id yielded afterwards starts it once more. State:
``{guests, yielded, references, tokens, libraries, equipment, offices: [[stream id, office, region]], decided, region}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.members.domain.affiliation import (
    AFFILIATION,
    AffiliationEnded,
    AffiliationStarted,
    EndAffiliation,
    affiliation_identity,
)
from services.members.domain.credential import TOKEN, LoginCodeAccepted, RevokeToken, TokenIssued
from services.members.domain.equipment import EQUIPMENT, EquipmentRegistered, WithdrawEquipment
from services.members.domain.erasure import ERASURE, StartErasure
from services.members.domain.guest import GuestForgotten, GuestTied
from services.members.domain.office import OFFICE, LeaveOffice, OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.members.domain.person import ErasureDecided, IdentityYielded
from services.members.domain.telegram import TelegramLinked

State = Mapping[str, Any]
BY_ID: Mapping[type, str] = {
    GuestTied: "guests",
    IdentityYielded: "yielded",
    TelegramLinked: "references",
    TokenIssued: "tokens",
    EquipmentRegistered: "equipment",
}
"""Under which name the id of a stream is learnt."""


def instances(recorded: Recorded) -> Sequence[str]:
    """The person that an event is about."""
    match recorded.event:
        case ErasureDecided() | GuestForgotten():
            return [recorded.stream_id]
        case AffiliationStarted() | AffiliationEnded():
            return [recorded.event.person]
        case EquipmentRegistered():
            return [recorded.event.owner]
        case IdentityYielded():
            return [recorded.event.to]
        case GuestTied() | OfficeAssumed() | OfficeVacated() | StandInNamed() | StandInEnded() | TokenIssued():
            return [recorded.event.person]
        case LoginCodeAccepted() | TelegramLinked():
            return [recorded.event.person]
        case _:
            return []


def react(state: State, recorded: Recorded) -> Reaction:
    """Learn; and once the erasure is decided, let go of all that was learnt."""
    learnt = _learnt(state, recorded)
    person = recorded.stream_id
    match recorded.event:
        case ErasureDecided():
            return Reaction(learnt, [*_parting(person, learnt, recorded), _start(person, learnt)])
        case GuestTied() if learnt.get("decided"):
            return Reaction(learnt, [_start(recorded.event.person, learnt)])
        case GuestForgotten():
            return Reaction(learnt, [Issue(ERASURE, person, StartErasure((person,), (), None))])
        case IdentityYielded() if learnt.get("decided"):
            return Reaction(learnt, [_start(recorded.event.to, learnt)])
        case TokenIssued() if learnt.get("decided"):
            return Reaction(learnt, [Issue(TOKEN, recorded.stream_id, RevokeToken(recorded.recorded))])
        case OfficeAssumed(person=holder) | StandInNamed(person=holder) if learnt.get("decided"):
            return Reaction(learnt, _parting(holder, {"offices": learnt["offices"]}, recorded))
        case AffiliationStarted(person=worker) if learnt.get("decided"):
            return Reaction(learnt, _parting(worker, {"libraries": learnt["libraries"]}, recorded))
        case _:
            return Reaction(learnt)


def _parting(person: str, state: State, recorded: Recorded) -> list[Issue]:
    tokens = [Issue(TOKEN, token, RevokeToken(recorded.recorded)) for token in state.get("tokens", [])]
    offices = [
        Issue(OFFICE, stream, LeaveOffice(office, region, person, recorded.at))
        for stream, office, region in state.get("offices", [])
    ]
    ended = [
        Issue(AFFILIATION, affiliation_identity(library, person), EndAffiliation(recorded.at, recorded.at))
        for library in state.get("libraries", [])
    ]
    lent = [Issue(EQUIPMENT, thing, WithdrawEquipment(recorded.at)) for thing in state.get("equipment", [])]
    return [*tokens, *offices, *ended, *lent]


def _start(person: str, state: State) -> Issue:
    ids = (person, *state.get("guests", []), *state.get("yielded", []))
    return Issue(ERASURE, person, StartErasure(ids, tuple(state.get("references", [])), state.get("region")))


def _learnt(state: State, recorded: Recorded) -> dict[str, Any]:
    match recorded.event:
        case ErasureDecided(region=region):
            return {**state, "decided": True, "region": region}
        case GuestTied() | IdentityYielded() | TelegramLinked() | TokenIssued() | EquipmentRegistered():
            return _with(state, BY_ID[type(recorded.event)], recorded.stream_id)
        case LoginCodeAccepted(proves=str(reference)):
            return _with(state, "references", reference)
        case AffiliationStarted(library=library):
            return _with(state, "libraries", library)
        case AffiliationEnded(library=library):
            return {**state, "libraries": [other for other in state.get("libraries", []) if other != library]}
        case OfficeAssumed(office=office, region=region) | StandInNamed(office=office, region=region):
            return _with(state, "offices", [recorded.stream_id, office, region])
        case OfficeVacated(office=office, region=region) | StandInEnded(office=office, region=region):
            left = [recorded.stream_id, office, region]
            return {**state, "offices": [held for held in state.get("offices", []) if held != left]}
        case _:
            return dict(state)


def _with(state: State, name: str, value: Any) -> dict[str, Any]:
    known = state.get(name, [])
    return {**state, name: known if value in known else [*known, value]}


LEAVING = ProcessManager("leaving", instances, react, logs=(COMMITS,))
