"""People who come and go on the board's seats while others ask: the log in memory, and each manager's readers one fact at a
time, in whatever order a test wants.
"""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from services.kernel.base.clock import FixedClock
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Command, Fact, Metadata, Recorded
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.process import DEADLINES, PassDeadline, ProcessManager
from services.kernel.declare.view import COMMITS
from services.kernel.log.memory_log import MemoryLog
from services.mentoring.contract import REGISTRY, tell
from services.mentoring.domain.consultation import CONSULTATION, Consultation
from services.mentoring.domain.consultation_messages import Ask
from services.mentoring.domain.desk import Seat, key_of, office_answers_in, owner_for
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.processes.board_desk import BOARD_DESK
from services.mentoring.processes.by_hand import BY_HAND
from services.mentoring.processes.region_desk import REGION_DESK
from services.mentoring.processes.response import RESPONSE
from services.mentoring.processes.seating import SEATING_FACTS, SeatState, seat_after_move
from tests.support import sample_facts
from tests.support.sample_community import NOW

OFFICES = [("coordinator", None), ("secretary", None)]
REGIONS = ("kota-kediri", "trenggalek")
SEATS = [*OFFICES, *(("regional-coordinator", region) for region in REGIONS)]
RULES = RulesInForce()


class Reader:
    """One manager on both its logs; it forgets nothing and reads each log in order."""

    def __init__(self, manager: ProcessManager, simulation: "Simulation") -> None:
        self.manager = manager
        self._simulation = simulation
        self._at = dict.fromkeys(manager.logs, 0)
        self._states: dict[str, Any] = {}
        self.deadlines: dict[str, dict[str, Any]] = {}

    def step(self, log: str) -> bool:
        """Take the next fact of a log; False where there is none."""
        told: Sequence[Recorded | Fact] = self._simulation.events if log == COMMITS else self._simulation.facts
        if log not in self._at or self._at[log] >= len(told):
            return False
        fact = told[self._at[log]]
        self._at[log] += 1
        for instance in self.manager.concerned(fact):
            reaction = self.manager.reaction(self._states.get(instance, {}), fact)
            for n, dispatch in enumerate(reaction.commands):
                self._simulation.take(dispatch.identity, dispatch.command, self.manager.name, instance, fact.id, n)
            self._states[instance] = dict(reaction.state)
            self.deadlines[instance] = dict(reaction.deadlines)
        return True


class Simulation:
    """Who sits where, who asks what, and what follows."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.log = MemoryLog("mentoring", REGISTRY)
        self.commands = Commands(self.log, self.clock, tell)
        self.facts: list[Fact] = []
        self.seats: list[dict[str, Seat]] = [{}]
        """As they were after each fact: what a view shows lags behind."""
        self.asked: list[str] = []
        self.readers = [Reader(manager, self) for manager in (REGION_DESK, BOARD_DESK, BY_HAND, RESPONSE)]

    @property
    def events(self) -> list[Recorded]:
        return [event for commit in self.log.read(0, 100_000) for event in self.log.recorded(commit)]

    def take(self, identity: str, command: Command, *why: str | int) -> None:
        order = CommandEnvelope(command, identity, derived_id(*why), Metadata("correlation"))
        try:
            self.commands.take(CONSULTATION, order)
        except Refused:
            return

    def standing(self, name: str) -> Consultation:
        consultation, _ = self.commands.state(CONSULTATION, name)
        assert consultation is not None
        return consultation

    def move(self, kind: str, office: str, region: str | None, person: str) -> None:
        """Members tell that somebody took or left a seat. A second passes, for no two such facts are of one moment."""
        self.clock.advance(timedelta(seconds=1))
        n = len(self.facts) + 1
        data = {"office": office, "region": region, "person": person}
        data |= {"board": True} if kind in {"office-assumed", "stand-in-named"} else {}
        sample_facts.checked("members", kind, data)
        subject = f"{office}.{region or 'all'}"
        at = self.clock.now()
        fact = Fact("members", "e", n, derived_id("m", n), kind, 1, subject, region, at, data, "c", position=n)
        self.facts.append(fact)
        before = self.seats[-1].get(key_of(office, region), Seat())
        after = seat_after_move(SeatState(before.holder, before.stand_in), SEATING_FACTS.read(fact))
        self.seats.append({**self.seats[-1], key_of(office, region): after.seat})

    def change(self, chance: random.Random) -> None:
        """One lawful change on one seat, as members would decide it."""
        office, region = chance.choice(SEATS)
        seat = self.seats[-1].get(key_of(office, region), Seat())
        person = chance.choice(["ani", "budi", "citra", "dewi", "eka"])
        if seat.holder is not None:
            self.move("office-vacated", office, region, seat.holder)
            if chance.random() < 0.5:
                self.move("office-assumed", office, region, person)
        elif chance.random() < 0.5:
            if seat.stand_in is not None:
                self.move("stand-in-ended", office, region, seat.stand_in)
            self.move("stand-in-named", office, region, person)
        else:
            if seat.stand_in is not None:
                self.move("stand-in-ended", office, region, seat.stand_in)
            self.move("office-assumed", office, region, person)

    def has_left(self, person: str | None, region: str) -> bool:
        """Whether somebody sat where a region's questions are answered and sits on no such seat any more."""
        sat = any(
            fact.data["person"] == person and office_answers_in(fact.data["office"], fact.data["region"], region)
            for fact in self.facts
        )
        there = [seat for key, seat in self.seats[-1].items() if office_answers_in(*key.split("/"), region)]
        return sat and not any(person in {seat.holder, seat.stand_in} for seat in there)

    def ask(self, chance: random.Random) -> None:
        """Somebody asks; the seats are those of a view that may be a little behind."""
        name, region = f"c{len(self.asked)}", chance.choice(REGIONS)
        seats = self.seats[-1 - chance.randrange(min(3, len(self.seats)))]
        asked = Ask("asker", region, "?", "l", None, None, "web", owner_for(region, seats), self.clock.now(), RULES)
        self.asked.append(name)
        self.take(name, asked, "ask", name)

    def read(self, chance: random.Random) -> bool:
        """One reader takes one fact; False where all have read everything."""
        ways: list[Callable[[], bool]] = [
            lambda reader=reader, log=log: reader.step(log)  # type: ignore[misc]
            for reader in self.readers
            for log in reader.manager.logs
        ]
        chance.shuffle(ways)
        return any(way() for way in ways)

    def wait(self, by: timedelta) -> None:
        """Time passes, and the deadlines that have come are recorded."""
        self.clock.advance(by)
        now = self.clock.now()
        for reader in self.readers:
            for instance, deadlines in list(reader.deadlines.items()):
                for name, due in deadlines.items():
                    if due <= now:
                        passed = PassDeadline(reader.manager.name, instance, name, due)
                        key = derived_id("deadline", reader.manager.name, instance, name, due.isoformat())
                        order = CommandEnvelope(
                            passed, f"{reader.manager.name}-{instance}", key, Metadata("correlation")
                        )
                        self.commands.take(DEADLINES, order)

    def settle(self, chance: random.Random) -> None:
        """Everything is read, and what becomes due within an hour has happened."""
        for _ in range(3):
            while self.read(chance):
                pass
            self.wait(timedelta(minutes=20))
        while self.read(chance):
            pass
