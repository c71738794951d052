"""Makes a person's digest as soon as the first line that was gathered for them has come to its hour.

The hour stands with each line. So there is no digest without a line, and none is planned week after week for somebody who has
given the digest up or has left. A line that was gathered just as the digest was given up keeps its hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.kernel.base.alarm import Alarm
from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.notifications.domain.message import MESSAGE, Kind, PlanMessage, Variable
from services.notifications.sending.contact_tracker import ACTOR
from services.notifications.sending.delivery_store import Deliveries
from services.notifications.sending.planner import Preferences

WORTH = timedelta(days=6)
BATCH = 100
"""Lines in one step."""


class DigestReader:
    """Plans a digest for each person for whom a line is due. The planner makes one letter of all lines until then.

    It sleeps until the next line's hour, and wakes after ``idle_seconds`` for what another process has gathered meanwhile.
    """

    name = "digests"
    idle_seconds = 5.0

    def __init__(
        self, deliveries: Deliveries, commands: Commands, preferences: Preferences, clock: Clock, gathered: Bell
    ) -> None:
        self._deliveries = deliveries
        self._commands = commands
        self._preferences = preferences
        self._clock = clock
        self._alarm = Alarm(gathered, clock)
        self._asked: Mapping[str, str] = {}

    def step(self, lease: int) -> int:  # noqa: ARG002 - planning the same digest twice plans it once
        self._deliveries.prepare()
        now = self._clock.now()
        due = self._due(now)
        fresh = {person: line for person, line in due.items() if self._asked.get(person) != line}
        preferences = self._preferences(list(fresh)) if fresh else {}
        for person, line in fresh.items():
            self._plan(person, line, preferences[person].wishes.digest_every)
        self._asked = due
        if not fresh:
            self._alarm.set(self._deliveries.next_digest(now))
        return len(fresh)

    def lag(self) -> int:
        return len(self._due(self._clock.now()))

    def bell(self) -> Bell:
        return self._alarm

    def _due(self, now: datetime) -> dict[str, str]:
        """Person → the first line that has come to its hour."""
        found: dict[str, str] = {}
        for line in self._deliveries.due_lines(now, BATCH):
            found.setdefault(line.person, line.id)
        return found

    def _plan(self, person: str, line: str, every: str) -> None:
        command = digest(person, line, every, self._clock.now())
        meta = Metadata(correlation=command.fact, actor=ACTOR)
        self._commands.take(MESSAGE, CommandEnvelope(command, command.fact, derived_id(command.fact), meta))


def digest(person: str, line: str, every: str, now: datetime) -> PlanMessage:
    """The command that plans the digest for which a line is due. Its identity follows from that line."""
    fact = derived_id(Kind.DIGEST, person, line)
    return PlanMessage(fact, Kind.DIGEST, (person,), (Variable("every", every),), now + WORTH)
