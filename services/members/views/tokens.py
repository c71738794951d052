"""The tokens of each person. A token's own stream decides about its validity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.credential import TokenIssued, TokenRevoked


@dataclass(frozen=True)
class TokenRow:
    """``name`` is sealed. Times are the machine's; ``revoked`` is None for a token that was not revoked."""

    id: str
    person: str
    name: str
    issued: datetime
    expires: datetime
    revoked: datetime | None


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case TokenIssued() as event:
            row = TokenRow(recorded.stream_id, event.person, event.name, event.issued, event.expires, revoked=None)
            return [Change.put(row)]
        case TokenRevoked(at=at):
            return [Change(recorded.stream_id, {"revoked": at})]
    return []


TOKENS = View(name="tokens", version=1, row=TokenRow, apply=apply, indexes=([("person", 1)],))
