"""The headers of a delivery: those of Standard Webhooks, the number in the subscription and the cursor.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from services.kernel.bus.envelope import CONTENT_TYPE

SEQUENCE_HEADER = "Deliveryseq"
CURSOR_HEADER = "Feed-Cursor"


def signed(
    identity: str, body: bytes, secrets: Sequence[str], at: datetime, *, number: int | None, cursor: str | None
) -> Mapping[str, str]:
    """The headers of a request. ``at`` is machine time, because a receiver compares the time with its own clock. Each secret gives a
    signature, the newest first. ``number`` counts a subscription's deliveries, None for a ping.
    """
    moment = at.astimezone(UTC)
    signatures = [Webhook(secret).sign(identity, moment, body.decode()) for secret in secrets]
    headers = {
        "Content-Type": CONTENT_TYPE,
        "User-Agent": "jejaring-webhooks",
        "Webhook-Id": identity,
        "Webhook-Timestamp": str(int(moment.timestamp())),
        "Webhook-Signature": " ".join(signatures),
    }
    if number is not None:
        headers[SEQUENCE_HEADER] = str(number)
    if cursor is not None:
        headers[CURSOR_HEADER] = cursor
    return headers
