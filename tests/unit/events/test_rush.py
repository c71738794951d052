"""Fifty people want twelve seats in the same second."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from services.events.contract import REGISTRY, tell
from services.events.domain.seats import SEATS, OpenSeats, ReleaseSeat, Seats, TakeSeat
from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Command, Event, Metadata
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.log.log import Commit
from services.kernel.log.memory_log import MemoryLog
from tests.support.sample_community import KEDIRI, NOW
from tests.unit.events.sample_times import START

PEOPLE = [f"person-{n:02d}" for n in range(50)]


class Door:
    """The seats of one activity, at which all of them stand at once."""

    def __init__(self, capacity: int) -> None:
        self.log = MemoryLog("events", REGISTRY)
        self.commands = Commands(self.log, FixedClock(NOW), tell)
        self.answers: dict[str, Mapping[str, Any]] = {}
        self.take("open", OpenSeats(capacity, START, KEDIRI))

    def take(self, key: str, command: Command, person: str = "") -> Commit:
        def answer(seats: Seats, _events: Sequence[Event]) -> dict[str, Any]:
            return {"taken": person in seats.taken, "place": seats.place_in_line(person)}

        order = CommandEnvelope(command, "a", key, Metadata("correlation"))
        commit = self.commands.take(SEATS, order, answer)
        self.answers[key] = commit.answer
        return commit

    def at_once(self, commands: Mapping[str, tuple[str, Command]]) -> None:
        gate = threading.Barrier(len(commands))

        def knock(key: str, person: str, command: Command) -> None:
            gate.wait()
            self.take(key, command, person)

        threads = [threading.Thread(target=knock, args=(key, *wish)) for key, wish in commands.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @property
    def seats(self) -> Seats:
        state, _ = self.commands.state(SEATS, "a")
        return state


def test_twelve_are_seated_and_thirty_eight_stand_in_line_in_the_logs_order_and_fifty_have_an_answer() -> None:
    door = Door(12)
    door.at_once({person: (person, TakeSeat(person, NOW, "published")) for person in PEOPLE})
    in_order = [fact.data["person"] for fact in door.log.facts(0)]
    assert sorted(in_order) == PEOPLE
    assert door.seats.taken == tuple(in_order[:12])
    assert door.seats.line == tuple(in_order[12:])
    assert [fact.type for fact in door.log.facts(0)] == ["seat-taken"] * 12 + ["seat-lined"] * 38
    answers = [door.answers[person] for person in in_order]
    assert [answer["taken"] for answer in answers] == [True] * 12 + [False] * 38
    assert [answer["place"] for answer in answers] == [None] * 12 + list(range(1, 39))


def test_while_some_register_and_others_leave_no_seat_is_lost_and_none_is_given_twice() -> None:
    door = Door(12)
    for person in PEOPLE[:25]:
        door.take(person, TakeSeat(person, NOW, "published"), person)
    leaving = {f"{person} leaves": (person, ReleaseSeat(person, NOW)) for person in PEOPLE[:10]}
    coming = {person: (person, TakeSeat(person, NOW, "published")) for person in PEOPLE[25:]}
    door.at_once({**leaving, **coming})
    assert len(door.seats.taken) == 12
    assert len(door.seats.line) == 50 - 10 - 12
    assert {*door.seats.taken, *door.seats.line} == set(PEOPLE[10:])
    waited = [fact.data["person"] for fact in door.log.facts(0) if fact.type == "seat-lined"]
    promoted = [fact.data["person"] for fact in door.log.facts(0) if fact.type == "seat-promoted"]
    assert promoted == waited[: len(promoted)]


def test_release_and_promotion_are_one_commit() -> None:
    door = Door(1)
    for person in PEOPLE[:2]:
        door.take(person, TakeSeat(person, NOW, "published"), person)
    commit = door.take("leave", ReleaseSeat(PEOPLE[0], NOW), PEOPLE[0])
    assert [fact.type for fact in commit.facts] == ["seat-released", "seat-promoted"]
    assert [stored.type for stored in commit.events] == ["SeatReleased", "SeatPromoted"]
