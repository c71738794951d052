"""Seat filling: after a resize, gives the free seats to the people in line, a few hundred in each step.

One instance an activity. A step that promotes people is a ``SeatsResized`` too, so the next step follows until no seat is
free or nobody is in line.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.events.domain.seats import SEATS, FillSeats, SeatsResized
from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction, Stateless
from services.kernel.declare.view import COMMITS


def instances(recorded: Recorded) -> Sequence[str]:
    return [recorded.stream_id] if isinstance(recorded.event, SeatsResized) else []


def react(state: Stateless, recorded: Recorded) -> Reaction[Stateless]:
    return Reaction(state, [Dispatch(SEATS, recorded.stream_id, FillSeats())])


SEAT_FILLING = ProcessManager(name="seat-filling", state=Stateless, instances=instances, react=react, logs=(COMMITS,))
