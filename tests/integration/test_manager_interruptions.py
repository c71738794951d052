"""A manager of two logs whose readers are interrupted at random: the same commands, each once, as without interruption.

The manager is drawn at random: which instances a fact concerns, which state follows, which commands. Its commands'
events come back to it through the other log. The model folds the facts in the order in which the readers stored them.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Command, Event, Fact, Recorded
from services.kernel.commands.decider import CommandEnvelope, Commands, Decider
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.log.memory_log import MemoryLog
from services.kernel.log.registry import Registry
from services.kernel.managers.manager_reader import ManagerReader
from services.kernel.managers.reader_group import ReaderGroup
from services.kernel.managers.starts import SourceHead
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import Batch, Checkpoints, CommitSource, Item, LostCheckpoint
from tests.support.manager_harness import ManagerHarness, manager_harness
from tests.support.sample_domain import AT, fact

__all__ = ["manager_harness"]

INSTANCES = ("x", "y")
TARGETS = ("a", "b", "c")
STATES = 5
LEVELS = 3


@dataclass(frozen=True)
class Mark(Command):
    by: str
    level: int


@dataclass(frozen=True)
class Marked(Event):
    by: str
    level: int


MARKS: Decider[None] = Decider("marks", None, lambda command, _: [Marked(command.by, command.level)], lambda s, _e: s)


def random_manager(seed: int) -> ProcessManager:
    """Every reaction is a function of state and fact, drawn from the seed; feedback ends after ``LEVELS`` events."""

    def level(told: Any) -> int:
        return told.event.level if isinstance(told, Recorded) else 0

    def instances(told: Any) -> list[str]:
        chance = random.Random(f"{seed}{told.id if isinstance(told, Fact) else told.event.by}")
        return [each for each in INSTANCES if chance.random() < 0.7]

    def react(state: Mapping[str, Any], told: Any) -> Reaction:
        about = f"{told.n}" if isinstance(told, Fact) else f"{told.event.by}{told.event.level}"
        now = state.get("n", 0)
        chance = random.Random(f"{seed}|{now}|{about}")
        commands = []
        if level(told) < LEVELS:
            targets = [chance.choice(TARGETS) for _ in range(chance.randrange(4 if level(told) == 0 else 2))]
            commands = [
                Dispatch(MARKS, target, Mark(f"{about}.{now}.{n}", level(told) + 1)) for n, target in enumerate(targets)
            ]
        place = f"{'f' if isinstance(told, Fact) else 'e'}{told.id if isinstance(told, Fact) else told.event.by}"
        return Reaction({"n": chance.randrange(STATES), "folded": [*state.get("folded", []), place]}, commands)

    return ProcessManager("random", instances, react, ("inbox", "commits"))


@dataclass
class Told:
    """An inbox in memory."""

    facts: Sequence[Fact]
    name: str = "inbox"

    def batch(self, after: int, limit: int = 256) -> Batch:
        found = self.facts[after : after + limit]
        items = [Item("inbox", each.n, 0, f"others:{each.subject}", lambda each=each: each) for each in found]  # type: ignore[misc]
        return Batch(items, found[-1].n if found else after)

    def head(self) -> int:
        return len(self.facts)

    def bell(self) -> Any:
        raise AssertionError

    def poll(self) -> None:
        """Nothing comes from elsewhere."""


@dataclass
class Cuts:
    """Cuts the connection at random, before or behind an operation."""

    chance: random.Random
    often: float
    count: int = 0

    def around(self, operation: Any, *given: Any, **named: Any) -> Any:
        if self.chance.random() < self.often:
            self.count += 1
            raise AutoReconnect("before it")
        outcome = operation(*given, **named)
        if self.chance.random() < self.often:
            self.count += 1
            raise AutoReconnect("behind it")
        return outcome


@dataclass
class CutDatabase:
    """A database, or one of its collections, whose operations may be cut."""

    real: Any
    cuts: Cuts

    def get_collection(self, *given: Any, **named: Any) -> Any:
        return CutDatabase(self.real.get_collection(*given, **named), self.cuts)

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: self.cuts.around(getattr(self.real, name), *given, **named)


@dataclass
class CutCommands:
    """Commands whose taking may be cut."""

    real: Commands
    cuts: Cuts
    given: list[tuple[str, Mark]] = field(default_factory=list)

    def take(self, decider: Any, order: CommandEnvelope) -> Any:
        return self.cuts.around(self.real.take, decider, order)


def registry() -> Registry:
    known = Registry()
    known.register(Marked)
    return known


def expected(
    manager: ProcessManager, log: MemoryLog, facts: Sequence[Fact], folded: Mapping[str, Sequence[str]]
) -> Any:
    """The commands of an uninterrupted manager that folds each instance's facts in this order."""
    by_place = {f"f{each.id}": each for each in facts}
    by_place |= {f"e{each.event.by}": each for c in log.read(0, 10_000) for each in log.recorded(c)}  # type: ignore[attr-defined]
    commands = []
    for order in folded.values():
        state: Mapping[str, Any] = {}
        for place in order:
            reaction = manager.react(state, by_place[place])
            commands += [(dispatch.identity, dispatch.command) for dispatch in reaction.commands]
            state = reaction.state
    return sorted(commands, key=repr)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    seed=st.integers(0, 10**6),
    facts=st.integers(1, 6),
    often=st.sampled_from([0.0, 0.05, 0.2]),
    processes=st.sampled_from([1, 2]),
)
def test_no_interruption_loses_or_repeats_a_command(
    manager_harness: ManagerHarness, seed: int, facts: int, often: float, processes: int
) -> None:
    database = manager_harness.database
    for name in ("manager_random", "checkpoints", "parked"):
        database[name].drop()
    chance = random.Random(seed)
    cuts = Cuts(chance, often)
    log = MemoryLog("own", registry())
    commands = CutCommands(Commands(log, FixedClock(AT)), cuts)
    manager = random_manager(seed)
    heard = Told([fact("others", n) for n in range(1, facts + 1)])
    cut: Any = CutDatabase(database, cuts)
    readers = []
    for _ in range(processes):
        sources: Any = {"inbox": heard, "commits": CommitSource(log, registry(), None)}  # type: ignore[arg-type]
        group = ReaderGroup("random", manager.logs, sources)
        readers += [
            ManagerReader(
                manager,
                source,
                database=cut,
                checkpoints=Checkpoints(cut),
                commands=commands,  # type: ignore[arg-type]
                parking=Parking(cut),
                head_of=lambda _name: SourceHead(["e"], 0),
                group=group,
            )
            for source in sources.values()
        ]
    idle = 0
    for turn in range(2000):
        if turn == 300:
            cuts.often = 0.0  # in the end the network holds
        try:
            done = chance.choice(readers).step(1)
        except (AutoReconnect, LostCheckpoint):
            done = 1
        idle = 0 if done else idle + 1
        if idle > 8 * len(readers):
            break
    else:
        pytest.fail("the readers do not come to an end")
    stored = {document["_id"]: document for document in database["manager_random"].find()}
    folded = {name: document["state"]["folded"] for name, document in stored.items()}
    told: list[Any] = [*heard.facts, *(each for c in log.read(0, 10_000) for each in log.recorded(c))]
    for instance in INSTANCES:  # each fact once
        concerned = [each for each in told if instance in manager.instances(each)]
        places = [f"f{each.id}" if isinstance(each, Fact) else f"e{each.event.by}" for each in concerned]
        assert sorted(folded.get(instance, [])) == sorted(places)
    given_now = [
        (each.stream_id, Mark(each.event.by, each.event.level))  # type: ignore[attr-defined]
        for c in log.read(0, 10_000)
        for each in log.recorded(c)
    ]
    assert sorted(given_now, key=repr) == expected(manager, log, heard.facts, folded)
    assert not any("pending" in document for document in stored.values())
    assert Parking(database).count() == 0
