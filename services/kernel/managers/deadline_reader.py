"""Fires the deadlines that a process manager has set, when domain time has come to them."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.process import DEADLINES, PassDeadline, ProcessManager
from services.kernel.managers.instances import Instances

BATCH = 64
ASK_SECONDS = 5.0


class Upcoming:
    """The earliest deadline that a manager has set since it was last asked; its readers set, its deadlines' reader asks."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._due: datetime | None = None

    def note(self, due: datetime) -> None:
        """A deadline was stored."""
        with self._guard:
            self._due = due if self._due is None else min(self._due, due)

    def taken(self) -> datetime | None:
        """The earliest one since this was called last, None where none was set."""
        with self._guard:
            due, self._due = self._due, None
            return due


class DeadlineReader:
    """Fires the deadlines that a manager has set: records each as passed, once; the manager reads that in the commits.

    Between two of them it only looks at the clock: what the manager sets, it hears of (``upcoming``). It asks the database
    when the next one has come, under another lease, and now and then all the same.
    """

    idle_seconds = 0.5

    def __init__(
        self,
        manager: ProcessManager[Any],
        database: Database[dict[str, Any]],
        commands: Commands,
        clock: Clock,
        upcoming: Upcoming | None = None,
    ) -> None:
        self.name = f"{manager.name}.deadlines"
        self._manager = manager
        self._instances = Instances(database, manager.name)
        self._commands = commands
        self._clock = clock
        self._bell = Bell()  # nothing rings it: a deadline comes with time alone
        self._upcoming = upcoming or Upcoming()
        self._next: datetime | None = None
        self._asked: tuple[int, float] | None = None

    def prepare(self) -> None:
        """Create the index; harmless when it stands."""
        self._instances.prepare()

    def step(self, lease: int) -> int:
        now, noted = self._clock.now(), self._upcoming.taken()
        if noted is not None:
            self._next = noted if self._next is None else min(self._next, noted)
        if self._knows(now, lease):
            return 0
        self._asked = None
        done = sum(self._pass(*deadline) for deadline in self._instances.due(now, BATCH))
        self._next = self._instances.next_due()
        self._asked = (lease, time.monotonic())
        return done

    def _knows(self, now: datetime, lease: int) -> bool:
        """Whether it is sure that nothing is due, without asking."""
        if self._asked is None or self._asked[0] != lease:
            return False
        return time.monotonic() - self._asked[1] < ASK_SECONDS and (self._next is None or self._next > now)

    def lag(self) -> int:
        return self._instances.overdue(self._clock.now())

    def bell(self) -> Bell:
        return self._bell

    def _pass(self, instance: str, name: str, due: datetime) -> int:
        """Record one deadline; 0 if it was recorded before and the manager has not come to it yet."""
        command_id = derived_id(self._manager.name, instance, name, due.isoformat())
        before = self._commands.known(command_id)
        envelope = CommandEnvelope(
            command=PassDeadline(self._manager.name, instance, name, due),
            identity=f"{self._manager.name}-{instance}",
            command_id=command_id,
            meta=Metadata(correlation=command_id, actor=f"manager:{self._manager.name}"),
        )
        if not before:
            self._commands.take(DEADLINES, envelope)
        return 0 if before else 1
