"""Polling: a poll closes at its time. One instance a poll."""

from __future__ import annotations

from collections.abc import Sequence

from services.events.domain.poll import DEADLINE, POLL, ClosePoll, PollAgreed, PollFailed, PollOpened
from services.kernel.base.message import Recorded
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction, Stateless
from services.kernel.declare.view import COMMITS

CLOSES = "closes"


def instances(recorded: Recorded) -> Sequence[str]:
    match recorded.event:
        case PollOpened() | PollAgreed() | PollFailed():
            return [recorded.stream_id]
    return []


def react(state: Stateless, recorded: Recorded) -> Reaction[Stateless]:
    """Set the deadline, and close the poll when the deadline passes. Closing a poll by hand withdraws the deadline."""
    match recorded.event:
        case PollOpened(closes=closes):
            return Reaction(state, deadlines={CLOSES: closes})
        case DeadlinePassed(instance=poll, due=due):
            return Reaction(state, [Dispatch(POLL, poll, ClosePoll(due, DEADLINE))])
    return Reaction(state)


POLLING = ProcessManager(name="polling", state=Stateless, instances=instances, react=react, logs=(COMMITS,))
