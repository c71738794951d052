"""Sends a failed delivery again: a new attempt under the same identity. One stream for each delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

AGAIN = frozenset({"failed", "no-contact", "unwanted"})


@dataclass(frozen=True, slots=True)
class AskResend(Command):
    """``state`` and ``worth_until`` are the delivery's; ``stands`` is false where its text was taken back. ``now`` is domain time."""

    delivery: str
    state: str
    worth_until: datetime
    now: datetime
    by: str
    stands: bool = True


@dataclass(frozen=True, slots=True)
class ResendAsked(Event):
    delivery: str
    by: str


def decide(command: AskResend, _state: None) -> Sequence[Event]:
    """Raises ``Refused`` ``delivery-not-failed``, ``not-worth-sending``."""
    if command.state not in AGAIN:
        raise Refused(
            "delivery-not-failed",
            "Only a message that did not reach its receiver can be sent again.",
            state=command.state,
        )
    if command.worth_until <= command.now or not command.stands:
        raise Refused("not-worth-sending", "The message is no longer worth sending.")
    return [ResendAsked(command.delivery, command.by)]


RESENDING: Decider[None] = Decider("resending", None, decide, lambda state, _event: state)
