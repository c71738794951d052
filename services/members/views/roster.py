"""The members: ``{_id: person, name, email, phone (sealed), library, region, subdistrict, language, how, registered}``.

Who has said something of their background has it under ``background``, sealed.
"""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, Remove, View
from services.members.domain.person import ErasureDecided, MemberChanged, MemberJoined


def apply(recorded: Recorded) -> Applied:
    """One document a member."""
    match recorded.event:
        case MemberJoined() as event:
            joined = {
                "name": event.name,
                "email": event.email,
                "phone": event.phone,
                "library": event.library,
                "region": event.region,
                "subdistrict": event.subdistrict,
                "language": event.language,
                "how": event.how,
                "registered": event.registered.isoformat(),
            }
            return [Change(recorded.stream_id, joined)]
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
        case _:
            return []


ROSTER = View("roster", 1, apply, indexes=[[("region", 1)]])
