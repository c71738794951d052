"""Guest tying: when a login proves a contact, the guests who left the contact are tied to the contact's owner.

One instance a contact, named by the contact's reference. Guests who come after the proof are tied at once. Before a
guest is tied, the guest's id is kept (``person.KeepForGuest``): a stranger may have noted a guest under a member's id,
and the stream of the id then refuses. When the owner of the contact is erased, the guests who wait under the contact
are forgotten, except guests tied by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.members.domain.credential import LoginCodeAccepted
from services.members.domain.erasure import ReferencesNoted
from services.members.domain.guest import GUEST, ForgetGuest, GuestAdded, TieGuest
from services.members.domain.person import PERSON, IdentityKeptForGuest, KeepForGuest


@dataclass(frozen=True)
class Tying:
    """``person`` is the proven owner of the contact; ``guests`` wait for the proof."""

    person: str | None = None
    guests: tuple[str, ...] = ()


def instances(recorded: Recorded) -> Sequence[str]:
    """The contacts that an event concerns."""
    match recorded.event:
        case LoginCodeAccepted(proves=str(reference)):
            return [reference]
        case GuestAdded() | IdentityKeptForGuest() | ReferencesNoted():
            return recorded.event.references
    return []


def react(state: Tying, recorded: Recorded) -> Reaction[Tying]:
    """Remember guests until the contact is proven; then have their ids kept, and tie the guests."""
    match recorded.event:
        case LoginCodeAccepted(person=owner, proves=str(reference)):
            kept = [Dispatch(PERSON, guest, KeepForGuest((reference,))) for guest in state.guests]
            return Reaction(Tying(owner), kept)
        case GuestAdded(references=references) if state.person is not None:
            return Reaction(state, [Dispatch(PERSON, recorded.stream_id, KeepForGuest(references))])
        case GuestAdded():
            return Reaction(Tying(guests=(*state.guests, recorded.stream_id)))
        case IdentityKeptForGuest() if state.person is not None:
            return Reaction(state, [Dispatch(GUEST, recorded.stream_id, TieGuest(state.person, "proof"))])
        case ReferencesNoted():
            forgotten = [Dispatch(GUEST, guest, ForgetGuest()) for guest in state.guests]
            return Reaction(replace(state, guests=()), forgotten)
    return Reaction(state)


GUEST_TYING = ProcessManager(name="guest_tying", state=Tying, instances=instances, react=react, logs=(COMMITS,))
