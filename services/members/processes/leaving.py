"""Leaving: a member who is erased lets go of offices, places of work, things lent and tokens, and of the guests that the member was.

One instance a member, and one a guest who is forgotten alone. The manager learns from the member's whole history and acts when
the erasure is decided: offices are vacated, affiliations ended, equipment withdrawn, tokens revoked, and the erasure is started
with every id that was ever the member's, ids that yielded to the member's among them. A guest tied or an id yielded afterwards
starts the erasure once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
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

T = TypeVar("T")
OfficeTerm: TypeAlias = tuple[str, str, str | None]
"""An office held or stood in for: the id of its stream, the office, the region."""


@dataclass(frozen=True)
class Belongings:
    """All that is a member's: ids of guests, of ids that yielded, of contacts (``references``), tokens, libraries and equipment,
    and offices. ``decided``: the erasure was decided, and ``region`` is where the member lived.
    """

    guests: tuple[str, ...] = ()
    yielded: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    offices: tuple[OfficeTerm, ...] = ()
    decided: bool = False
    region: str | None = None


def instances(recorded: Recorded) -> Sequence[str]:
    """The member that an event is about."""
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
    return []


def react(state: Belongings, recorded: Recorded) -> Reaction[Belongings]:
    """Learn; and once the erasure is decided, let go of all that was learnt."""
    known = _learnt(state, recorded)
    match recorded.event:
        case ErasureDecided():
            person = recorded.stream_id
            return Reaction(known, [*_parting(person, known, recorded), _start(person, known)])
        case GuestForgotten():
            return Reaction(
                known, [Dispatch(ERASURE, recorded.stream_id, StartErasure((recorded.stream_id,), (), None))]
            )
    return Reaction(known, _late(known, recorded) if known.decided else [])


def _late(known: Belongings, recorded: Recorded) -> list[Dispatch]:
    """The commands after an event that arrives after the erasure was decided."""
    match recorded.event:
        case GuestTied(person=person) | IdentityYielded(to=person):
            return [_start(person, known)]
        case TokenIssued():
            return [Dispatch(TOKEN, recorded.stream_id, RevokeToken(recorded.recorded))]
        case OfficeAssumed(person=holder) | StandInNamed(person=holder):
            return _parting(holder, Belongings(offices=known.offices), recorded)
        case AffiliationStarted(person=worker):
            return _parting(worker, Belongings(libraries=known.libraries), recorded)
    return []


def _parting(person: str, known: Belongings, recorded: Recorded) -> list[Dispatch]:
    tokens = [Dispatch(TOKEN, token, RevokeToken(recorded.recorded)) for token in known.tokens]
    offices = [
        Dispatch(OFFICE, stream, LeaveOffice(office, region, person, recorded.at))
        for stream, office, region in known.offices
    ]
    ended = [
        Dispatch(AFFILIATION, affiliation_identity(library, person), EndAffiliation(recorded.at, recorded.at))
        for library in known.libraries
    ]
    lent = [Dispatch(EQUIPMENT, thing, WithdrawEquipment(recorded.at)) for thing in known.equipment]
    return [*tokens, *offices, *ended, *lent]


def _start(person: str, known: Belongings) -> Dispatch:
    ids = (person, *known.guests, *known.yielded)
    return Dispatch(ERASURE, person, StartErasure(ids, known.references, known.region))


def _learnt(state: Belongings, recorded: Recorded) -> Belongings:
    stream = recorded.stream_id
    match recorded.event:
        case ErasureDecided(region=region):
            return replace(state, decided=True, region=region)
        case GuestTied():
            return replace(state, guests=_with(state.guests, stream))
        case IdentityYielded():
            return replace(state, yielded=_with(state.yielded, stream))
        case TelegramLinked():
            return replace(state, references=_with(state.references, stream))
        case LoginCodeAccepted(proves=str(reference)):
            return replace(state, references=_with(state.references, reference))
        case TokenIssued():
            return replace(state, tokens=_with(state.tokens, stream))
        case EquipmentRegistered():
            return replace(state, equipment=_with(state.equipment, stream))
    return _learnt_of_terms(state, recorded)


def _learnt_of_terms(state: Belongings, recorded: Recorded) -> Belongings:
    """What begins and ends: affiliations and offices."""
    match recorded.event:
        case AffiliationStarted(library=library):
            return replace(state, libraries=_with(state.libraries, library))
        case AffiliationEnded(library=library):
            return replace(state, libraries=tuple(each for each in state.libraries if each != library))
        case OfficeAssumed(office=office, region=region) | StandInNamed(office=office, region=region):
            return replace(state, offices=_with(state.offices, (recorded.stream_id, office, region)))
        case OfficeVacated(office=office, region=region) | StandInEnded(office=office, region=region):
            left = (recorded.stream_id, office, region)
            return replace(state, offices=tuple(each for each in state.offices if each != left))
    return state


def _with(known: tuple[T, ...], new: T) -> tuple[T, ...]:
    return known if new in known else (*known, new)


LEAVING = ProcessManager(name="leaving", state=Belongings, instances=instances, react=react, logs=(COMMITS,))
