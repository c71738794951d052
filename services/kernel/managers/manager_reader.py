"""Runs a process manager over one log.

For a batch of facts the reader stores the new states of the concerned instances, then gives the commands, then moves
its checkpoint (``reactions``). A fact that fails is parked: under its instance if the instance is known, and later
facts of the instance wait behind it; under its stream if the fact could not be understood, and later facts of the
stream wait behind it. Facts of other streams go on then, so an instance may take such a fact after later facts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from pymongo.database import Database

from services.kernel.base.bell import Bell
from services.kernel.base.message import Fact, Recorded
from services.kernel.commands.decider import Commands
from services.kernel.declare.process import ProcessManager
from services.kernel.managers.deadline_reader import Upcoming
from services.kernel.managers.dispatcher import Dispatcher
from services.kernel.managers.instances import Instances, Pending, StateRefused
from services.kernel.managers.reactions import Failure, Place, Reactions
from services.kernel.managers.reader_group import ReaderGroup
from services.kernel.managers.starts import SourceHead, Starts
from services.kernel.managers.transient import TRANSIENT
from services.kernel.readers.parking import BEHIND, ParkedFact, Parking, describe, parked_now
from services.kernel.readers.reader import Checkpoints, Item, Source

log = logging.getLogger(__name__)
BATCH = 64
FLUSH_SECONDS = 1.0
IDLE_SECONDS = 2.0


class WaitsBehind(Exception):
    """The fact belongs behind another parked fact."""


class ManagerReader:
    """The reader of one manager and one of its logs.

    ``head_of(source)`` returns the end of a source's history. A manager that starts ``now`` asks for it once per source
    and installation, before the manager reads its first fact. If the manager asked only at a source's first fact, the
    answer would count this fact as old. ``head_of`` may raise a transient error; the manager then waits and reports the
    error. ``heard_epochs(source)`` are the epochs that the inbox has heard of a source, in order. ``upcoming`` is told
    of new deadlines. All readers of a manager in a process share ``group``.
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
        head_of: Callable[[str], SourceHead],
        heard_epochs: Callable[[str], Sequence[str]] = lambda _source: (),
        sources: Sequence[str] = (),
        upcoming: Upcoming | None = None,
        group: ReaderGroup | None = None,
    ) -> None:
        self._group = group or ReaderGroup(manager.name, manager.logs, {source.name: source})
        self.name = self._group.readers[source.name]
        self._manager = manager
        self._source = source
        self._instances = Instances(database, manager.name)
        self._starts = Starts(database, manager.name, head_of, heard_epochs)
        self._reactions = Reactions(
            manager,
            instances=self._instances,
            dispatcher=Dispatcher(manager.name, commands),
            starts=self._starts,
            group=self._group,
            upcoming=upcoming or Upcoming(),
        )
        self._checkpoints = checkpoints
        self._parking = parking
        self._sources = sources
        self._position: int | None = None
        self._seen = 0
        self._since = 0.0
        self._tried_under: int | None = None
        self._to_park: list[ParkedFact] = []

    def prepare(self) -> None:
        """Create the indexes; does nothing if they exist."""
        self._instances.prepare()

    def step(self, lease: int) -> int:
        with self._group.turn:
            try:
                return self._step(lease)
            except Exception:
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

    @property
    def _blocked(self) -> set[str]:
        return self._group.blocked[self.name]

    def _step(self, lease: int) -> int:
        if self._manager.start == "now":
            for name in self._sources:
                self._starts.meet(name)
        if self._position is None:
            self._position = self._checkpoints.position(self.name, lease)
            self._begin()
            if self._blocked and lease != self._tried_under:
                # A new release may read what an older one could not: it tries once, unasked.
                self._parking.mark_what_can_be_read(self.name, self._source, self._manager.concerned)
            self._tried_under = lease
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

    def _begin(self) -> None:
        """Read what is parked, and give all commands that are still to be given."""
        self._to_park = []
        self._blocked.clear()
        self._blocked.update(self._parking.keys(self.name))
        self._settle(self._instances.all_pending())

    def _take_all(self, items: Sequence[Item]) -> int:
        """Take a batch; returns the number of concerned instances. A fact that fails is parked."""
        try:
            return self._take_together(items)
        except StateRefused:
            # One state stops the write of all. Each fact is taken alone, so that only this state's facts are parked.
            self._begin()
            return sum(self._take_alone(item) for item in items)

    def _take_together(self, items: Sequence[Item]) -> int:
        concerned = list(self._understood(items))
        waiting = self._load({each for _, _, instances in concerned for each in instances} - self._blocked)
        for item, fact, instances in concerned:
            for instance in instances:
                if instance in self._blocked or instance in waiting:
                    self._park(item, instance, None)
                else:
                    self._fold(item, fact, instance)
        self._reactions.store()
        self._park_failures(self._reactions.give())
        return sum(len(instances) for _, _, instances in concerned)

    def _take_alone(self, item: Item) -> int:
        concerned = 0
        for _, fact, instances in self._understood([item]):
            concerned += len(instances)
            for instance in instances:
                if instance in self._blocked:
                    self._park(item, instance, None)
                    continue
                try:
                    self._take_one(item, fact, instance)
                except TRANSIENT:
                    raise
                except Exception as error:  # noqa: BLE001 - whatever it is, it is parked, where an operator sees it
                    self._park(item, instance, None if isinstance(error, WaitsBehind) else error)
        self._write_parked()
        return concerned

    def _take_one(self, item: Item, fact: Recorded | Fact, instance: str, *, late: bool = False) -> None:
        """React for one instance, after all commands that the instance has still to give. Raises what fails."""
        pending = self._reactions.load([instance])
        if pending and self._settle(pending, parked_too=True):
            raise WaitsBehind(instance)
        if pending:
            self._reactions.load([instance])
        self._reactions.fold(item, fact, instance, late=late)
        self._reactions.store()
        for failure in self._reactions.give():
            raise failure.error or WaitsBehind(instance)

    def _understood(self, items: Sequence[Item]) -> Iterator[tuple[Item, Recorded | Fact, Sequence[str]]]:
        """The facts and the instances that they concern. A fact for which they cannot be found is parked under its
        stream, and so are the later facts of the stream.
        """
        for item in items:
            try:
                fact = item.load()
                instances = self._manager.concerned(fact)
                if item.stream in instances:
                    raise ValueError(f"an instance has the name of the stream {item.stream}")
            except TRANSIENT:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is parked, where an operator sees it
                self._park(item, item.stream, error)
                continue
            if instances and item.stream in self._blocked:
                self._park(item, item.stream, None)
            else:
                yield item, fact, instances

    def _load(self, instances: Collection[str]) -> set[str]:
        """Load instances, after all pending commands have been given; returns the instances that must wait, because a
        command of theirs fails.
        """
        if not self._reactions.load(instances):
            return set()
        self._settle(self._instances.all_pending())
        return {pending.instance for pending in self._reactions.load(instances)}

    def _fold(self, item: Item, fact: Recorded | Fact, instance: str) -> None:
        try:
            self._reactions.fold(item, fact, instance)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is parked, where an operator sees it
            self._park(item, instance, error)

    def _settle(self, pendings: Sequence[Pending], *, parked_too: bool = False) -> bool:
        """Give pending commands; returns whether some could not be given. Facts that are parked already are left to
        their retry unless ``parked_too``.
        """
        if not parked_too and pendings:
            readers = self._group.readers
            parked = {log: self._parking.keys(readers[log]) for log in {pending.log for pending in pendings}}
            pendings = [pending for pending in pendings if pending.instance not in parked[pending.log]]
        failures = self._reactions.settle(pendings)
        self._park_failures(failures)
        return bool(failures)

    def _park_failures(self, failures: Sequence[Failure]) -> None:
        for failure in failures:
            self._park(failure.place, failure.instance, failure.error)
        self._write_parked()

    def _park(self, at: Item | Place, key: str, error: Exception | None) -> None:
        """Park a fact for the reader of its log. ``_write_parked`` stores it, before any checkpoint moves past it."""
        reader = self._group.readers[at.log]
        if error is not None:
            log.error("parked", exc_info=error, extra={"reader": reader, "position": at.position})
        why = BEHIND if error is None else describe(error)
        self._to_park.append(ParkedFact(reader, at.log, at.position, at.index, key, why, parked_now()))
        self._group.blocked[reader].add(key)

    def _write_parked(self) -> None:
        self._parking.park(self._to_park)
        self._to_park = []

    def _retry(self) -> int:
        """Take again the facts that an operator has marked: a key's facts in order, until one fails again.

        A stream whose facts concern a blocked instance waits until the instance has been taken, in the same retry.
        """
        marked = self._parking.marked(self.name)
        waiting = list(dict.fromkeys(fact.key for fact in marked))
        progress = True
        while waiting and progress:
            left = [key for key in waiting if not self._take_key(key, [fact for fact in marked if fact.key == key])]
            progress = len(left) < len(waiting)
            waiting = left
        for key in waiting:
            self._parking.unmark(self.name, key)
        return len(marked)

    def _take_key(self, key: str, facts: Sequence[ParkedFact]) -> bool:
        """Take the parked facts of one key; returns whether all were taken."""
        for parked in facts:
            late: Sequence[str] = ()
            try:
                item = self._group.item(parked.log, parked.position, parked.index)
                if item is None:
                    log.error("parked fact is gone from the log", extra={"reader": self.name, "parked": parked.id})
                else:
                    late = self._take_parked(key, item)
            except TRANSIENT:
                raise
            except WaitsBehind as behind:
                log.info("waits behind %s", behind, extra={"reader": self.name, "position": parked.position})
                return False
            except Exception:
                log.exception("parked again", extra={"reader": self.name, "position": parked.position})
                return False
            self._parking.done([parked])
            if item is not None and late:
                self._instances.forget_late(late, item)
        self._blocked.discard(key)
        self._mark_behind(key)
        return True

    def _take_parked(self, key: str, item: Item) -> Sequence[str]:
        """React for the parked instance; for a fact that is parked under its stream, for all instances that the fact
        concerns. Returns the instances that took the fact late.
        """
        fact = item.load()
        if key != item.stream:
            self._take_one(item, fact, key)
            return ()
        instances = self._manager.concerned(fact)
        for instance in instances:
            if instance in self._blocked:
                raise WaitsBehind(instance)
        for instance in instances:
            self._take_one(item, fact, instance, late=True)
        return instances

    def _mark_behind(self, instance: str) -> None:
        """Mark what only waited behind this instance at the manager's other readers."""
        for reader in self._group.readers.values():
            if reader != self.name and instance in self._group.blocked[reader]:
                facts = [fact for fact in self._parking.all(reader) if fact.key == instance]
                if facts and all(fact.error == BEHIND for fact in facts):
                    self._parking.mark(reader, instance)
