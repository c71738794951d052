"""Reacts to facts for the instances of a manager: the reaction is stored, then its commands are given.

The order is fold, store, give, clear. ``store`` writes the new states together with the facts whose commands must be
given (``pending``). After a crash anywhere behind ``store``, ``settle`` reads these facts again, folds them on the
stored state from before, and gives the same commands under the same ids. So a state that another reader of the manager
has changed meanwhile does not change the commands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import Dispatch, ProcessManager
from services.kernel.managers.deadline_reader import Upcoming
from services.kernel.managers.dispatcher import Dispatcher
from services.kernel.managers.instances import Instances, Pending
from services.kernel.managers.reader_group import ReaderGroup
from services.kernel.managers.starts import Starts
from services.kernel.managers.transient import TRANSIENT
from services.kernel.readers.reader import Item


class GoneFromLog(LookupError):
    """The log does not hold a fact any more whose commands were still to be given."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact stands in a log."""

    log: str
    position: int
    index: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A fact that was folded into an instance, and the commands to give. ``error`` replaces them where a pending fact
    could not be folded again.
    """

    place: Place
    rank: int
    instance: str
    fact: Recorded | Fact | None
    commands: Sequence[Dispatch]
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A fact whose commands could not be given for an instance. ``error`` is None behind the instance's first
    failure.
    """

    place: Place
    instance: str
    error: Exception | None


class Reactions:
    """The reactions of one manager, as one of its readers stores them and gives their commands."""

    def __init__(
        self,
        manager: ProcessManager[Any],
        *,
        instances: Instances,
        dispatcher: Dispatcher,
        starts: Starts,
        group: ReaderGroup,
        upcoming: Upcoming,
    ) -> None:
        self._manager = manager
        self._instances = instances
        self._dispatcher = dispatcher
        self._starts = starts
        self._group = group
        self._upcoming = upcoming
        self._folded: list[Folded] = []

    def load(self, instances: Collection[str]) -> list[Pending]:
        """Load the instances of the next facts; returns what is pending among them, which ``settle`` must end first."""
        self._folded = []
        self._instances.load(instances)
        return self._instances.pending()

    def fold(self, item: Item, fact: Recorded | Fact, instance: str, *, late: bool = False) -> None:
        """React for a loaded instance in memory, unless the instance has taken the fact already.

        ``late``: the fact could not be understood in its turn, and the instance may have taken later facts.
        """
        done = self._instances.done_late if late else self._instances.done
        if done(instance, item):
            return
        reaction = self._manager.reaction(self._instances.state(instance), fact)
        commands = [] if self._muted(fact) else reaction.commands
        self._instances.set_reaction(instance, item, reaction, commands=bool(commands), late=late)
        if commands:
            place = Place(item.log, item.position, item.index)
            self._folded.append(Folded(place, len(self._folded), instance, fact, commands))

    def store(self) -> None:
        """Store all folded reactions. Raises ``StateRefused`` and ``LostCheckpoint``."""
        if (due := self._instances.store()) is not None:
            self._upcoming.note(due)

    def give(self) -> list[Failure]:
        """Give the commands of the stored reactions, in the order of the facts; returns the facts that failed.

        A fact that failed stays pending, with all facts behind it for the same instance. Raises ``TRANSIENT`` errors.
        """
        folded, self._folded = self._folded, []
        concerned = {each.instance for each in folded}
        failures = self._give(folded)
        failed = {failure.instance for failure in failures}
        pendings = [each for each in self._instances.pending() if each.instance in concerned - failed]
        self._instances.given(pendings)
        return failures

    def settle(self, pendings: Sequence[Pending]) -> list[Failure]:
        """Give the commands of facts that were stored as pending; returns the facts that failed.

        The order is that of the facts in their log, and for one fact that of the manager's instances.
        """
        if not pendings:
            return []
        folded = [each for pending in pendings for each in self._folded_again(pending)]
        failures = self._give(sorted(folded, key=lambda each: (each.place.log, _guard(each.place), each.rank)))
        failed = {failure.instance for failure in failures}
        self._instances.given(pending for pending in pendings if pending.instance not in failed)
        return failures

    def _give(self, folded: Sequence[Folded]) -> list[Failure]:
        failures: list[Failure] = []
        failed: set[str] = set()
        for each in folded:
            if each.instance in failed:
                failures.append(Failure(each.place, each.instance, None))
                continue
            try:
                if each.error is not None or each.fact is None:
                    raise each.error or GoneFromLog(str(each.place))
                self._dispatcher.give(each.instance, each.fact, each.commands)
            except TRANSIENT:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the fact is parked, where an operator sees it
                failures.append(Failure(each.place, each.instance, error))
                failed.add(each.instance)
        return failures

    def _folded_again(self, pending: Pending) -> Iterator[Folded]:
        """The pending facts with their commands: each fact folded on the state on which it was folded at first."""
        state = pending.before
        for stored in pending.facts:
            place = Place(pending.log, stored.position, stored.index)
            try:
                item = self._group.item(place.log, place.position, place.index)
                if item is None:
                    raise GoneFromLog(f"{place.log} does not hold {place.position}.{place.index} any more")
                fact = item.load()
                reaction = self._manager.reaction(state, fact)
                concerned = list(self._manager.concerned(fact))
            except TRANSIENT:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the fact is parked, where an operator sees it
                yield Folded(place, 0, pending.instance, None, (), error)
                return
            if stored.commands:
                rank = concerned.index(pending.instance) if pending.instance in concerned else len(concerned)
                yield Folded(place, rank, pending.instance, fact, reaction.commands)
            state = reaction.state

    def _muted(self, fact: Recorded | Fact) -> bool:
        return self._manager.start == "now" and isinstance(fact, Fact) and self._starts.muted(fact)


def _guard(place: Place) -> tuple[int, int]:
    return place.position, place.index
