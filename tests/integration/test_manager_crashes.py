"""Process managers that are interrupted, and facts that a manager cannot take: no command and no fact is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from services.events.bootstrap import definition
from services.events.domain.seats import SEATS, OpenSeats, TakeSeat
from services.events.processes.departure import DEPARTURE
from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Fact, Metadata, Recorded
from services.kernel.base.mongo import connect
from services.kernel.bus.envelope import envelope
from services.kernel.bus.inbox import Inbox
from services.kernel.bus.inbox_source import InboxSource
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.process import DeadlinePassed, Reaction
from services.kernel.log.mongo_log import MongoLog
from services.kernel.log.registry import Unreadable
from services.kernel.managers.deadline_reader import DeadlinesFailed
from services.kernel.managers.manager_reader import ManagerReader
from services.kernel.managers.reader_group import ReaderGroup
from services.kernel.managers.starts import SourceHead
from services.kernel.readers.parking import ParkedFact, Parking
from services.kernel.readers.reader import Checkpoints, CommitSource, LostCheckpoint
from tests.support.manager_harness import ManagerHarness, manager_harness
from tests.support.sample_domain import AT, COPYING, SHELF, fact

__all__ = ["manager_harness"]

STARTS = datetime(2027, 3, 1, tzinfo=UTC)
ACTIVITIES = ("a", "b", "c")


class Departures:
    """The real manager ``departure`` of events, with ani on a seat of three activities."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        events = definition()
        self.database = database
        self.log = MongoLog("events", database, events.registry)
        self.log.prepare()
        self.inbox = Inbox("events", database)
        self.inbox.prepare()
        self.commands = Commands(self.log, FixedClock(AT), events.contract)
        self.parking = Parking(database)
        for activity in ACTIVITIES:
            self.take(activity, OpenSeats(3, STARTS, "kota-kediri"))
            self.take(activity, TakeSeat("ani", AT, activity))
        logs = {
            "commits": CommitSource(self.log, events.registry, self.log.bell),
            "inbox": InboxSource(self.inbox),
        }
        group = ReaderGroup("departure", DEPARTURE.logs, logs)
        self.commits, self.heard = self.reader(logs["commits"], group), self.reader(logs["inbox"], group)

    def take(self, activity: str, command: Any) -> None:
        command_id = f"{activity}-{type(command).__name__}"
        self.commands.take(SEATS, CommandEnvelope(command, activity, command_id, Metadata("c")))

    def reader(self, source: Any, group: ReaderGroup) -> ManagerReader:
        return ManagerReader(
            DEPARTURE,
            source,
            database=self.database,
            checkpoints=Checkpoints(self.database),
            commands=self.commands,
            parking=self.parking,
            head_of=lambda _name: SourceHead(["e"], 0),
            group=group,
        )

    def erase(self) -> None:
        erased = fact("members", 1, "member-erased", "ani", person="ani", ids=["ani"])
        self.inbox.admit("members", [envelope(erased, "x")])

    def held(self) -> dict[str, tuple[str, ...]]:
        return {activity: self.commands.state(SEATS, activity)[0].taken for activity in ACTIVITIES}


@pytest.fixture
def departures(mongodb_uri: str, database: Database[dict[str, Any]]) -> Departures:
    return Departures(connect(mongodb_uri)[database.name])


def stepped(*readers: ManagerReader) -> None:
    """Step the readers until all have read everything; a reader that was stopped by another steps again."""
    idle = 0
    for _ in range(100):
        done = 0
        for reader in readers:
            try:
                done += reader.step(1)
            except LostCheckpoint:
                done += 1
        idle = 0 if done else idle + 1
        if idle == 3:
            return
    raise AssertionError("the readers do not come to an end")


@pytest.mark.parametrize("lost", [0, 1, 2])
@pytest.mark.parametrize("before_it", [True, False], ids=["before it is decided", "after it was decided"])
def test_a_reaction_that_was_interrupted_is_finished_whatever_its_own_events_have_changed_meanwhile(
    departures: Departures, monkeypatch: pytest.MonkeyPatch, lost: int, before_it: bool
) -> None:
    stepped(departures.commits)
    departures.erase()
    take, taken = departures.commands.take, iter(range(10))

    def interrupted(*given: Any) -> Any:
        cut = next(taken) == lost
        if cut and before_it:
            raise AutoReconnect("killed here")
        outcome = take(*given)
        if cut:
            raise AutoReconnect("killed here")
        return outcome

    monkeypatch.setattr(departures.commands, "take", interrupted)
    with pytest.raises(AutoReconnect):
        departures.heard.step(1)
    monkeypatch.setattr(departures.commands, "take", take)
    stepped(departures.commits)  # the events of the commands that were taken
    stepped(departures.commits, departures.heard)
    assert departures.held() == {"a": (), "b": (), "c": ()}
    released = [
        event.stream
        for position in departures.log.read(0)
        for event in departures.log.recorded(position)
        if type(event.event).__name__ == "SeatReleased"
    ]
    assert sorted(released) == ["seats-a", "seats-b", "seats-c"]
    assert departures.parking.count() == 0


def both(told: Any) -> list[str]:
    return ["x", "z"] if isinstance(told, Fact) else []


def test_a_fact_that_fails_for_two_instances_is_parked_and_taken_again_for_both(
    manager_harness: ManagerHarness,
) -> None:
    broken = {"on": True}

    def react(state: Any, told: Any) -> Reaction:
        if broken["on"]:
            raise ValueError("cannot take this")
        return COPYING.react(state, told)

    pair = replace(COPYING, name="pair", instances=both, react=react, logs=("inbox",))
    manager_harness.hear(1)
    reader = manager_harness.reader(pair)
    reader.step(1)
    assert sorted(parked.key for parked in manager_harness.parking.all("pair")) == ["x", "z"]
    broken["on"] = False
    manager_harness.parking.mark("pair")
    reader.step(1)
    stored = {
        document["_id"]: document["state"]["seen"] for document in manager_harness.database["manager_pair"].find()
    }
    assert stored == {"x": ["t1"], "z": ["t1"]}
    assert manager_harness.parking.count() == 0
    manager_harness.hear(2)
    reader.step(1)
    assert manager_harness.parking.count() == 0  # no instance is blocked


def hear_of(harness: ManagerHarness, n: int, subject: str) -> None:
    harness.inbox.admit("others", [envelope(fact("others", n, subject=subject, title=f"t{n}"), "x")])


def of_all(told: Any) -> list[str]:
    return ["all"] if isinstance(told, Fact) else []


def test_a_fact_whose_instances_could_not_be_told_is_taken_after_the_repair_although_later_facts_were_taken(
    manager_harness: ManagerHarness,
) -> None:
    broken = {"on": True}

    def instances(told: Any) -> list[str]:
        if broken["on"] and told.n == 1:
            raise ValueError("which instance?")
        return of_all(told)

    picky = replace(COPYING, name="picky", instances=instances, logs=("inbox",))
    hear_of(manager_harness, 1, "one")
    hear_of(manager_harness, 2, "two")
    hear_of(manager_harness, 3, "one")
    reader = manager_harness.reader(picky)
    reader.step(1)
    assert [(parked.position, parked.key) for parked in manager_harness.parking.all("picky")] == [
        (1, "others:one"),
        (3, "others:one"),
    ]
    broken["on"] = False
    manager_harness.parking.mark("picky")
    reader.step(1)
    document = manager_harness.database["manager_picky"].find_one({"_id": "all"}) or {}
    assert document["state"]["seen"] == ["t2", "t1", "t3"]
    assert manager_harness.parking.count() == 0


@pytest.mark.parametrize("cannot", [{"a", "set"}, 2**70, "\ud800", {"a\0": 1}, b"x" * 17_000_000], ids=type)
def test_a_state_that_cannot_be_stored_parks_its_fact_and_the_other_instances_go_on(
    manager_harness: ManagerHarness, cannot: Any
) -> None:
    def react(state: Any, told: Any) -> Reaction:
        reaction = COPYING.react(state, told)
        if "odd" in state:
            raise ValueError("an odd state")
        return replace(reaction, state={**state, **reaction.state, **({"odd": cannot} if told.n == 2 else {})})

    odd = replace(
        COPYING, name="odd", instances=lambda told: [told.subject] if isinstance(told, Fact) else [], react=react
    )
    for n, subject in enumerate(["x", "x", "y", "x"], 1):
        hear_of(manager_harness, n, subject)
    manager_harness.reader(replace(odd, logs=("inbox",))).step(1)
    stored = {document["_id"]: document["state"]["seen"] for document in manager_harness.database["manager_odd"].find()}
    assert stored == {"x": ["t1"], "y": ["t3"]}
    assert [(parked.position, parked.key) for parked in manager_harness.parking.all("odd")] == [(2, "x"), (4, "x")]
    assert manager_harness.commands.state(SHELF, "x")[0].titles == ("t1",)


def test_a_deadline_that_a_manager_cannot_take_stops_no_other(manager_harness: ManagerHarness) -> None:
    many = 70

    def react(state: Any, told: Any) -> Reaction:
        if isinstance(told, Recorded):
            raise ValueError("cannot take a deadline")
        return Reaction(state, [], {"clear": told.at + timedelta(days=1)})

    forgetful = replace(COPYING, name="copying", react=react)
    for n in range(1, many + 1):
        hear_of(manager_harness, n, f"s{n}")
    heard, commits = manager_harness.reader(forgetful), manager_harness.reader(forgetful, log="commits")
    stepped(heard)
    manager_harness.clock.advance(timedelta(days=2))
    deadlines = manager_harness.deadlines()
    recorded = []
    for _ in range(4):
        recorded.append(deadlines.step(1))
        stepped(commits)
    passed = [
        event.event.instance
        for commit in manager_harness.log.read(0)
        for event in manager_harness.log.recorded(commit)
        if isinstance(event.event, DeadlinePassed)
    ]
    assert sorted(passed) == sorted(f"s{n}" for n in range(1, many + 1))
    assert recorded[2:] == [0, 0]
    assert deadlines.lag() == 0


def broken_deciding(monkeypatch: pytest.MonkeyPatch, harness: ManagerHarness, *titles: str) -> dict[str, int]:
    """Commands for these titles fail while ``on``, with an error that is not transient; ``tried`` counts them."""
    broken, take = {"on": 1, "tried": 0}, harness.commands.take

    def failing(decider: Any, order: CommandEnvelope, *given: Any) -> Any:
        if broken["on"] and getattr(order.command, "title", None) in titles:
            broken["tried"] += 1
            raise RuntimeError("a fault in decide")
        return take(decider, order, *given)

    monkeypatch.setattr(harness.commands, "take", failing)
    return broken


def test_a_command_that_fails_is_parked_with_its_fact_and_later_facts_of_the_instance_wait_behind_it(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = broken_deciding(monkeypatch, manager_harness, "t2")
    copying = replace(COPYING, logs=("inbox",))
    reader = manager_harness.reader(copying)
    for n, subject in enumerate(["x", "x", "x", "y"], 1):
        hear_of(manager_harness, n, subject)
    reader.step(1)
    hear_of(manager_harness, 5, "x")
    manager_harness.reader(copying).step(1)
    stepped(reader)
    assert broken["tried"] == 1  # what is parked is not tried by another process or a restart
    causes = [(parked.position, parked.key, parked.error) for parked in manager_harness.parking.all("copying")]
    assert causes == [(2, "x", "RuntimeError: a fault in decide"), (3, "x", "behind"), (5, "x", "behind")]
    assert manager_harness.commands.state(SHELF, "x")[0].titles == ("t1",)
    assert manager_harness.commands.state(SHELF, "y")[0].titles == ("t4",)
    manager_harness.parking.mark("copying")
    stepped(reader)
    assert manager_harness.parking.count("copying") == 3  # still broken
    broken["on"] = 0
    manager_harness.parking.mark("copying")
    reader.step(1)
    assert manager_harness.commands.state(SHELF, "x")[0].titles == ("t1", "t2", "t3", "t5")
    assert manager_harness.parking.count() == 0
    hear_of(manager_harness, 6, "x")
    reader.step(1)
    assert manager_harness.commands.state(SHELF, "x")[0].titles[-1] == "t6"


def test_the_other_log_of_an_instance_waits_behind_a_command_that_fails_and_goes_on_with_its_retry(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = broken_deciding(monkeypatch, manager_harness, "t1")
    heard, commits = manager_harness.readers(COPYING)
    manager_harness.hear(1)
    heard.step(1)
    manager_harness.clock.advance(timedelta(days=2))
    manager_harness.deadlines().step(1)
    commits.step(1)
    assert [(parked.reader, parked.key) for parked in manager_harness.parking.all()] == [
        ("copying.commits", "s"),
        ("copying.inbox", "s"),
    ]
    broken["on"] = 0
    manager_harness.parking.mark("copying.inbox")
    stepped(heard, commits)
    assert manager_harness.parking.count() == 0
    assert [type(e.event).__name__ for c in manager_harness.log.read(0) for e in manager_harness.log.recorded(c)] == [
        "DeadlinePassed",
        "BookPut",
        "ShelfCleared",
    ]


def test_a_parked_fact_that_a_log_does_not_hold_any_more_stops_no_reader(manager_harness: ManagerHarness) -> None:
    manager_harness.parking.park([ParkedFact("copying", "inbox", 7, 0, "s", "ValueError: x", AT, retry=True)])
    reader = manager_harness.reader(replace(COPYING, logs=("inbox",)))
    stepped(reader)
    manager_harness.hear(1)
    stepped(reader)
    assert manager_harness.titles() == ("t1",)
    assert manager_harness.parking.count() == 0


@pytest.mark.parametrize(("failing", "unknown"), [(1, 2), (2, 1)])
def test_a_stream_that_could_not_be_understood_waits_for_an_instance_that_failed(
    manager_harness: ManagerHarness, failing: int, unknown: int
) -> None:
    """The retry of a stream never overtakes a parked fact of an instance that the stream's facts concern."""
    broken = {"instances": True, "react": True}

    def instances(told: Any) -> list[str]:
        if broken["instances"] and told.n == unknown:
            raise ValueError("which instance?")
        return of_all(told)

    def react(state: Any, told: Any) -> Reaction:
        if broken["react"] and told.n == failing:
            raise ValueError("cannot take this")
        return COPYING.react(state, told)

    reader = manager_harness.reader(replace(COPYING, instances=instances, react=react, logs=("inbox",)))
    for n in (1, 2, 3):
        hear_of(manager_harness, n, "one" if n == failing else "two")
    reader.step(1)
    assert {(parked.position, parked.key) for parked in manager_harness.parking.all()} == {
        (failing, "all"),
        (unknown, "others:two"),
        (3, "others:two"),
    }
    broken["instances"] = False
    manager_harness.parking.mark("copying", "others:two")
    reader.step(1)
    assert manager_harness.parking.count() == 3
    broken["react"] = False
    manager_harness.parking.mark("copying")
    reader.step(1)
    document = manager_harness.database["manager_copying"].find_one({"_id": "all"}) or {}
    assert (document["state"]["seen"], document.get("late")) == ([f"t{failing}", f"t{unknown}", "t3"], {"inbox": []})
    assert manager_harness.parking.count() == 0


def test_a_deadline_that_cannot_be_recorded_stops_no_other(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(1, 71):
        hear_of(manager_harness, n, f"s{n}")
    stepped(manager_harness.reader())
    manager_harness.clock.advance(timedelta(days=2))
    take = manager_harness.commands.take

    def failing(decider: Any, order: CommandEnvelope, *given: Any) -> Any:
        if order.identity == "copying-s1":
            raise Unreadable("of a later release")
        return take(decider, order, *given)

    monkeypatch.setattr(manager_harness.commands, "take", failing)
    deadlines = manager_harness.deadlines()
    assert deadlines.step(1) == 63
    with pytest.raises(DeadlinesFailed, match="1 instances, for example s1"):
        deadlines.step(1)
    assert deadlines.lag() == 1
    monkeypatch.setattr(manager_harness.commands, "take", take)
    assert (deadlines.step(2), deadlines.lag()) == (1, 0)
