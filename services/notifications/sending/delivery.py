"""A delivery: one person told of one fact by one channel.

    planned ──► sending ──► sent            the channel's server has accepted it
       │           ├──► planned            not now: tried again after ``retry_at``
       │           └──► failed             refused for good, or tried too often
       ├──► expired                        not worth sending any more
       ├──► no-contact                     there is no address to send to
       ├──► unwanted                       the person does not wish to be told of this, or not by this channel
       └──► withdrawn                      its text no longer stands

    gathered ──► sent, expired, withdrawn  a line of the person's next digest, which is due at its ``not_before``
       └───────► unwanted

A delivery is written as ``sending`` before the channel's server hears of it. So a delivery found in ``sending`` may or may not
have been sent: it is sent again under the same identity. A delivery holds ids only; the address and the text exist at the moment
of sending and are stored nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.ids import derived_id

PLANNED, SENDING, SENT = "planned", "sending", "sent"
EXPIRED, NO_CONTACT, UNWANTED, FAILED = "expired", "no-contact", "unwanted", "failed"
WITHDRAWN, GATHERED = "withdrawn", "gathered"
OPEN = (PLANNED, SENDING)
ENDED = (SENT, EXPIRED, NO_CONTACT, UNWANTED, FAILED, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One person told of one fact by one channel.

    ``planned``, ``not_before``, ``held_until`` and ``worth_until`` are domain time; ``retry_at`` is machine time.
    ``held_until`` is the end of the quiet hours for which the delivery waits or waited. ``reason`` says in one word why the
    delivery ended or waits.

    ``channel`` is the channel that the person wished for at planning. ``alone``: no other delivery tells the person of the fact,
    so another channel may be used. ``via`` is the channel that took the delivery, ``refused`` are channels that refused it for
    good. ``digest`` is the message of the digest that has the delivery as a line. ``reopened`` is the position of the last request
    to send it again. ``announcement`` is set for a text of an announcement. ``taken_back`` is the reason for which a text no
    longer stands: the delivery is not sent in any state.
    """

    id: str
    fact: str
    person: str
    channel: str
    message: str
    kind: str
    urgent: bool
    planned: datetime
    not_before: datetime
    worth_until: datetime
    retry_at: datetime
    held_until: datetime | None = None
    activity: str | None = None
    region: str | None = None
    state: str = PLANNED
    attempts: int = 0
    reason: str | None = None
    ended: datetime | None = None
    alone: bool = True
    via: str | None = None
    refused: tuple[str, ...] = ()
    digest: str | None = None
    reopened: int = 0
    announcement: str | None = None
    taken_back: str | None = None


def delivery_id(fact: str, person: str, channel: str) -> str:
    """A delivery's identity, also in the ``Message-ID`` of its mail; the same for all attempts."""
    return derived_id("delivery", fact, person, channel)
