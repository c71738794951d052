"""A guest is whose contact it left: when a login proves a contact, the guests with that contact become its owner's.

One instance a contact, named by the contact's reference. Guests who come after the proof are tied at once. Before a guest is
tied its id is kept for it (``person.KeepForGuest``): a stranger may have noted a guest under an id that is a member's, and
that id's own stream refuses; only what it grants is tied. When somebody with the contact is erased, the guests who still
wait under it are forgotten, those apart who were tied by hand. State: ``{person: member or None, guests: [ids]}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.members.domain.credential import LoginCodeAccepted
from services.members.domain.erasure import ReferencesNoted
from services.members.domain.guest import GUEST, ForgetGuest, GuestAdded, TieGuest
from services.members.domain.person import PERSON, IdentityKeptForGuest, KeepForGuest


def instances(recorded: Recorded) -> Sequence[str]:
    """The contacts that an event concerns."""
    match recorded.event:
        case LoginCodeAccepted(proves=str(reference)):
            return [reference]
        case GuestAdded() | IdentityKeptForGuest() | ReferencesNoted():
            return recorded.event.references
        case _:
            return []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """Remember guests until somebody proves to own the contact; then have their ids kept, and tie them."""
    person: str | None = state.get("person")
    waiting: list[str] = list(state.get("guests", []))
    match recorded.event:
        case LoginCodeAccepted(person=owner, proves=str(reference)):
            kept = [Issue(PERSON, guest, KeepForGuest((reference,))) for guest in waiting]
            return Reaction({"person": owner, "guests": []}, kept)
        case GuestAdded(references=references) if person is not None:
            return Reaction(state, [Issue(PERSON, recorded.stream_id, KeepForGuest(references))])
        case GuestAdded():
            return Reaction({"person": None, "guests": [*waiting, recorded.stream_id]})
        case IdentityKeptForGuest() if person is not None:
            return Reaction(state, [Issue(GUEST, recorded.stream_id, TieGuest(person, "proof"))])
        case ReferencesNoted():
            gone = [Issue(GUEST, guest, ForgetGuest()) for guest in waiting]
            return Reaction({"person": person, "guests": []}, gone)
        case _:
            return Reaction(state)


GUEST_TYING = ProcessManager("guest_tying", instances, react, logs=(COMMITS,))
