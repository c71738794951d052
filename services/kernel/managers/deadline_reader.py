"""Fires the deadlines of a process manager when domain time reaches them."""

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
    """The earliest deadline that a manager has set since the last call of ``take``. The manager's readers set
    deadlines; the deadline reader takes the earliest.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._due: datetime | None = None

    def note(self, due: datetime) -> None:
        """Note a stored deadline."""
        with self._guard:
            self._due = due if self._due is None else min(self._due, due)

    def take(self) -> datetime | None:
        """The earliest deadline since the last call, None without a new deadline."""
        with self._guard:
            due, self._due = self._due, None
            return due


class DeadlineReader:
    """Fires a manager's deadlines: records each as passed, once; the manager reads the record in the commits.

    Between two deadlines the reader only looks at the clock, and hears of new deadlines through ``upcoming``. The
    reader asks the database when the next deadline has come, under a new lease, and every ``ASK_SECONDS``.
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
        self._bell = Bell()  # nothing rings this bell: only time makes a deadline due
        self._upcoming = upcoming or Upcoming()
        self._next: datetime | None = None
        self._asked: tuple[int, float] | None = None

    def prepare(self) -> None:
        """Create the index; does nothing if the index exists."""
        self._instances.prepare()

    def step(self, lease: int) -> int:
        now, noted = self._clock.now(), self._upcoming.take()
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
        """Whether the reader knows without a query that no deadline is due."""
        if self._asked is None or self._asked[0] != lease:
            return False
        return time.monotonic() - self._asked[1] < ASK_SECONDS and (self._next is None or self._next > now)

    def lag(self) -> int:
        return self._instances.overdue(self._clock.now())

    def bell(self) -> Bell:
        return self._bell

    def _pass(self, instance: str, name: str, due: datetime) -> int:
        """Record one deadline as passed; returns 0 if the record exists already and the manager has not read it yet."""
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
