"""Runs a process manager over one log.

For each fact and each concerned instance the reader first gives the commands, under ids derived from manager, instance,
fact and place. Then the reader stores state, guard and deadlines in one durable document (``instances``), a batch of
facts at a time. After a crash between the two, the reader gives the same commands under the same ids, and the log knows
them. After a crash behind both, the guard shows that the fact is done.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.kernel.base.bell import Bell
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Fact, Metadata, Recorded
from services.kernel.base.mongo import durable
from services.kernel.base.problem import Refused, StillRunning, Unavailable
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.process import Dispatch, ProcessManager
from services.kernel.managers.deadline_reader import Upcoming
from services.kernel.managers.instances import Instances
from services.kernel.readers.parking import BEHIND, ParkedFact, Parking, describe, parked_now
from services.kernel.readers.reader import Checkpoints, Item, LostCheckpoint, Source

log = logging.getLogger(__name__)
BATCH = 64
FLUSH_SECONDS = 1.0
IDLE_SECONDS = 2.0
TRANSIENT = (PyMongoError, LostCheckpoint, Unavailable, StillRunning)


class ManagerReader:
    """The reader of one manager and one of its logs.

    ``head_of(source)`` returns the number of a source's last fact. A manager that starts ``now`` asks for this number
    once per source and installation, before the manager reads its first fact. If the manager asked only at a source's
    first fact, the answer would count this fact as old. ``head_of`` may raise a transient error; the manager then waits
    and reports the error. ``upcoming`` is told of new deadlines.
    """

    def __init__(
        self,
        manager: ProcessManager[Any],
        source: Source,
        *,
        database: Database[dict[str, Any]],
        checkpoints: Checkpoints,
        commands: Commands,
        parking: Parking,
        head_of: Callable[[str], int],
        sources: Sequence[str] = (),
        upcoming: Upcoming | None = None,
    ) -> None:
        self.name = manager.name if len(manager.logs) == 1 else f"{manager.name}.{source.name}"
        self._manager = manager
        self._source = source
        self._instances = Instances(database, manager.name)
        self._starts = durable(database, "manager_starts")
        self._checkpoints = checkpoints
        self._commands = commands
        self._parking = parking
        self._head_of = head_of
        self._sources = sources
        self._upcoming = upcoming or Upcoming()
        self._position: int | None = None
        self._seen = 0
        self._since = 0.0
        self._blocked: set[str] = set()
        self._start_of: dict[str, int] = {}

    def step(self, lease: int) -> int:
        try:
            if self._manager.start == "now":
                for name in self._sources:
                    self.start(name)
            if self._position is None:
                self._position = self._checkpoints.position(self.name, lease)
                self._blocked = self._parking.keys(self.name)
                self._seen, self._since = self._position, time.monotonic()
            done = self._retry() if self._blocked else 0
            batch = self._source.batch(self._seen, BATCH)
            reacted = self._take_all(batch.items)
            if batch.last != self._position and (reacted or time.monotonic() - self._since >= FLUSH_SECONDS):
                self._checkpoints.move(self.name, lease, self._position, batch.last)
                self._position = batch.last
            if batch.last == self._position:
                self._since = time.monotonic()
            done += batch.last - self._seen
            self._seen = batch.last
            return done
        except TRANSIENT:
            self._position = None
            raise

    @property
    def idle_seconds(self) -> float:
        """A short time while the checkpoint is behind the facts that were read."""
        return FLUSH_SECONDS if self._seen != self._position else IDLE_SECONDS

    def lag(self) -> int:
        return self._source.head() - self._seen

    def bell(self) -> Bell:
        return self._source.bell()

    def start(self, source: str) -> int:
        """The number of the source's last fact when this manager first met the source. Facts up to this number give no
        commands.

        The number is stored durably at the first meeting. Raises the errors of ``head_of``.
        """
        if source not in self._start_of:
            key = f"{self._manager.name}|{source}"
            document = self._starts.find_one({"_id": key})
            if document is None:
                document = {"_id": key, "head": self._head_of(source)}
                try:
                    self._starts.insert_one(document)
                except DuplicateKeyError:
                    document = self._starts.find_one({"_id": key}) or document
            self._start_of[source] = int(document["head"])
        return self._start_of[source]

    def _take_all(self, items: Sequence[Item]) -> int:
        """React to a batch: give the commands one by one, then store all instances at once.

        Returns the number of concerned instances. A fact that fails is parked.
        """
        concerned = [(item, *understood) for item in items if (understood := self._understood(item)) is not None]
        self._instances.load({instance for _, _, instances in concerned for instance in instances})
        for item, fact, instances in concerned:
            for instance in instances:
                self._take(item, fact, instance)
        self._store()
        return sum(len(instances) for _, _, instances in concerned)

    def _store(self) -> None:
        if (due := self._instances.store()) is not None:
            self._upcoming.note(due)

    def _understood(self, item: Item) -> tuple[Recorded | Fact, Sequence[str]] | None:
        """The fact and the instances that it concerns. A fact for which they cannot be found is parked, and the result
        is None.
        """
        try:
            fact = item.load()
            return fact, self._manager.concerned(fact)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is parked, where an operator sees it
            self._park(item, item.stream, error)  # the fact's subject takes the place of the instances
            return None

    def _take(self, item: Item, fact: Recorded | Fact, instance: str) -> None:
        """React for one instance. Park a fact that fails, and all later facts for the same instance."""
        if instance in self._blocked or item.stream in self._blocked:
            self._park(item, instance if instance in self._blocked else item.stream, None)
            return
        try:
            self._react(instance, item.guard, fact)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is parked, where an operator sees it
            self._park(item, instance, error)

    def _react(self, instance: str, guard: int, fact: Recorded | Fact) -> None:
        if self._instances.done(instance, self._source.name, guard):
            return
        reaction = self._manager.reaction(self._instances.state(instance), fact)
        if not self._muted(fact):
            for n, dispatch in enumerate(reaction.commands):
                self._issue(instance, fact, n, dispatch)
        self._instances.set_reaction(instance, self._source.name, guard, reaction)

    def _muted(self, fact: Recorded | Fact) -> bool:
        return self._manager.start == "now" and isinstance(fact, Fact) and fact.n <= self.start(fact.source)

    def _issue(self, instance: str, fact: Recorded | Fact, n: int, dispatch: Dispatch) -> None:
        correlation = fact.correlation if isinstance(fact, Fact) else fact.meta.correlation
        envelope = CommandEnvelope(
            command=dispatch.command,
            identity=dispatch.identity,
            command_id=derived_id(self._manager.name, instance, fact.id, n),
            meta=Metadata(correlation=correlation, causation=fact.id, actor=f"manager:{self._manager.name}"),
        )
        try:
            self._commands.take(dispatch.decider, envelope)
        except Refused as refused:
            # A refusal is an outcome too, recorded under this id. The manager reacts to events, not to refusals.
            log.info("refused", extra={"manager": self._manager.name, "rule": refused.rule})

    def _park(self, item: Item, key: str, error: Exception | None) -> None:
        if error is not None:
            log.error("parked", exc_info=error, extra={"reader": self.name, "position": item.position})
        why = BEHIND if error is None else describe(error)
        self._parking.park(
            [ParkedFact(self.name, self._source.name, item.position, item.index, key, why, parked_now())]
        )
        self._blocked.add(key)

    def _retry(self) -> int:
        """Take again the facts that an operator has marked: a key's facts in order, until one fails again."""
        marked = self._parking.marked(self.name)
        for key in dict.fromkeys(fact.key for fact in marked):
            waiting = [fact for fact in marked if fact.key == key]
            for parked in waiting:
                item = self._item(parked)
                try:
                    fact = item.load()
                    concerned = self._manager.concerned(fact)
                    instances = [key] if key in concerned else concerned
                    self._instances.load(instances)
                    for instance in instances:
                        self._react(instance, item.guard, fact)
                    self._store()
                except TRANSIENT:
                    raise
                except Exception:
                    log.exception("parked again", extra={"reader": self.name, "position": item.position})
                    self._parking.unmark(self.name, key)
                    break
                self._parking.done([parked])
            else:
                self._blocked.discard(key)
        return len(marked)

    def _item(self, parked: ParkedFact) -> Item:
        found = self._source.batch(parked.position - 1, 1).items
        return next(item for item in found if item.index == parked.index)
