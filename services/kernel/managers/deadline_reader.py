"""Fires the deadlines of a process manager when domain time reaches them."""

from __future__ import annotations

import logging
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
from services.kernel.managers.instances import DueDeadlines, Instances
from services.kernel.managers.transient import TRANSIENT

log = logging.getLogger(__name__)
BATCH = 64
ASK_SECONDS = 5.0


class DeadlinesFailed(Exception):
    """Some deadlines cannot be recorded; all others were."""


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

    A recorded deadline is marked in its instance and is not looked at again, also while the manager cannot take the
    record. So no number of such instances keeps other deadlines waiting.

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
        self._failed: set[str] = set()

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
        found = self._instances.due(now, BATCH, self._failed)
        passed = [deadlines for deadlines in found if self._pass(deadlines)]
        self._instances.recorded(passed)
        if len(found) < BATCH:
            failed, self._failed = self._failed, set()
            self._next = self._instances.next_due()
            self._asked = (lease, time.monotonic())
            if failed:
                raise DeadlinesFailed(f"{self.name}: {len(failed)} instances, for example {min(failed)}")
        return sum(len(deadlines.passed) for deadlines in passed)

    def _knows(self, now: datetime, lease: int) -> bool:
        """Whether the reader knows without a query that no deadline is due."""
        if self._asked is None or self._asked[0] != lease:
            return False
        return time.monotonic() - self._asked[1] < ASK_SECONDS and (self._next is None or self._next > now)

    def lag(self) -> int:
        return self._instances.overdue(self._clock.now())

    def bell(self) -> Bell:
        return self._bell

    def _pass(self, deadlines: DueDeadlines) -> bool:
        """Record an instance's deadlines as passed. False for an instance whose deadlines cannot be recorded; the
        deadlines of other instances do not wait for it.
        """
        try:
            for name, due in deadlines.passed.items():
                self._record(deadlines.instance, name, due)
        except TRANSIENT:
            raise
        except Exception:
            log.exception("deadline", extra={"manager": self._manager.name, "instance": deadlines.instance})
            self._failed.add(deadlines.instance)
            return False
        return True

    def _record(self, instance: str, name: str, due: datetime) -> None:
        command_id = derived_id(self._manager.name, instance, name, due.isoformat())
        envelope = CommandEnvelope(
            command=PassDeadline(self._manager.name, instance, name, due),
            identity=f"{self._manager.name}-{instance}",
            command_id=command_id,
            meta=Metadata(correlation=command_id, actor=f"manager:{self._manager.name}"),
        )
        self._commands.take(DEADLINES, envelope)
