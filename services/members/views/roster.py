"""The members by region, with their names sealed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.schema import UNSET, Unset
from services.kernel.declare.view import Applied, Change, Remove, View
from services.members.domain.person import ErasureDecided, MemberChanged, MemberJoined


@dataclass(frozen=True)
class MemberRow:
    """``name``, ``email``, ``phone`` and ``background`` are sealed. ``registered`` is an ISO date. ``background`` is
    missing in the document of a member who told none.
    """

    member: str
    name: str
    email: str | None
    phone: str | None
    library: str
    region: str
    subdistrict: str
    language: str
    how: str
    registered: str
    background: str | Unset = UNSET


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case MemberJoined() as event:
            joined = {**asdict(event), "registered": event.registered.isoformat()}
            return [Change.put(MemberRow(recorded.stream_id, **joined))]
        case MemberChanged() as event:
            sealed = {"name": event.name, "phone": event.phone, "background": event.background}
            plain = {
                "library": event.library,
                "region": event.region,
                "subdistrict": event.subdistrict,
                "language": event.language,
            }
            return [Change(recorded.stream_id, {name: new for name, new in sealed.items() if new is not None} | plain)]
        case ErasureDecided():
            return [Remove(recorded.stream_id)]
    return []


ROSTER = View(name="roster", version=1, row=MemberRow, apply=apply, indexes=([("region", 1)],))
