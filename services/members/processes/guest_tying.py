"""A guest is whose contact it left: when a login proves a contact, the guests with that contact become its owner's.

One instance a contact, named by the contact's reference. Guests who come after the proof are tied at once.
State: ``{person: member or None, guests: [ids]}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.message import Recorded
from services.kernel.process import Issue, ProcessManager, Reaction
from services.kernel.view import COMMITS
from services.members.domain.credential import LoginCodeAccepted
from services.members.domain.guest import GUEST, GuestAdded, TieGuest


def instances(recorded: Recorded) -> Sequence[str]:
    """The contacts that an event concerns."""
    match recorded.event:
        case LoginCodeAccepted(proves=str(reference)):
            return [reference]
        case GuestAdded() as event:
            return event.references
        case _:
            return []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """Remember guests until somebody proves to own the contact; then tie them."""
    person: str | None = state.get("person")
    waiting: list[str] = list(state.get("guests", []))
    match recorded.event:
        case LoginCodeAccepted() as event:
            person = event.person
        case GuestAdded():
            waiting.append(recorded.stream_id)
    if person is None:
        return Reaction({"person": None, "guests": waiting})
    ties = [Issue(GUEST, guest, TieGuest(person, "proof")) for guest in waiting]
    return Reaction({"person": person, "guests": []}, ties)


GUEST_TYING = ProcessManager("guest_tying", instances, react, logs=(COMMITS,))
