"""The tokens of each person: ``{_id: token, person, name (sealed), issued, expires, revoked}``. Whether one is good its stream tells."""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.credential import TokenIssued, TokenRevoked


def apply(recorded: Recorded) -> Applied:
    """One document a token."""
    match recorded.event:
        case TokenIssued() as event:
            issued = {"person": event.person, "name": event.name, "issued": event.issued, "expires": event.expires}
            return [Change(recorded.stream_id, {**issued, "revoked": None})]
        case TokenRevoked() as event:
            return [Change(recorded.stream_id, {"revoked": event.at})]
        case _:
            return []


TOKENS = View("tokens", 1, apply, indexes=[[("person", 1)]])
