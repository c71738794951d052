"""The guests."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, Remove, View
from services.members.domain.erasure import MemberErased
from services.members.domain.guest import GuestAdded, GuestTied


@dataclass(frozen=True)
class GuestRow:
    """``name``, ``email`` and ``phone`` are sealed. ``person`` is the member that the guest is tied to."""

    guest: str
    name: str | None
    email: str | None
    phone: str | None
    person: str | None


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case GuestAdded() as event:
            return [Change.put(GuestRow(recorded.stream_id, event.name, event.email, event.phone, person=None))]
        case GuestTied() as event:
            return [Change(recorded.stream_id, {"person": event.person})]
        case MemberErased() as event:
            # The first id is a member's own, or that of a guest who was erased alone.
            return [Remove(identity) for identity in event.ids]
    return []


GUESTS = View(name="guests", version=2, row=GuestRow, apply=apply, indexes=([("person", 1)],))
