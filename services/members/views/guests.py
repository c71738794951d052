"""The guests: ``{_id: guest, name, email, phone (sealed), person: the member they are tied to or None}``."""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, Remove, View
from services.members.domain.erasure import MemberErased
from services.members.domain.guest import GuestAdded, GuestTied


def apply(recorded: Recorded) -> Applied:
    """One document a guest."""
    match recorded.event:
        case GuestAdded() as event:
            added = {"name": event.name, "email": event.email, "phone": event.phone, "person": None}
            return [Change(recorded.stream_id, added)]
        case GuestTied() as event:
            return [Change(recorded.stream_id, {"person": event.person})]
        case MemberErased() as event:
            # The first is a person's own, or a guest's who was erased for itself.
            return [Remove(identity) for identity in event.ids]
        case _:
            return []


GUESTS = View("guests", 2, apply, indexes=[[("person", 1)]])
