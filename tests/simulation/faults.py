"""The faults of a simulation, at each step of the database and of the broker."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pymongo.errors import AutoReconnect

from tests.simulation.cast import Process

if TYPE_CHECKING:
    from tests.simulation.world import World

BROKER_FAULTS = ("broker lost", "broker lost after", "broker nack", "broker repeat", "broker wiped", "broker down")


class Faults:
    """Draws faults from the world's choices and lets them happen."""

    def __init__(self, world: World) -> None:
        self._world = world

    def at_database(self, operation: str, collection: str, repeat: Callable[[], object] | None) -> Callable[[], None]:
        """One operation of the database: another task may run first, and a fault may come. Returns what follows the
        operation. Raises what the caller would get.
        """
        task = self._world.scheduler.running
        if task is None or task.process is self._world.outside:
            return _nothing
        self._world.scheduler.yield_turn()
        if len(self._world.processes) > len(self._world.cast.services):
            self._world.watch_leases()
        if self._world.database_down:
            self._world.scheduler.wait(0.5)
            raise AutoReconnect("the database is away")
        kinds = self._world.rates.kinds
        fault = self._world.choices.rarely(self._world.rates.database, len(kinds))
        if not fault:
            return _nothing
        kind = kinds[fault - 1]
        self._world.faults[kind] += 1
        self._world.note(f"{kind} at {operation} {collection} in {task}")
        if kind == "late" and repeat is not None:
            self._world.scheduler.spawn("late", self._world.outside, partial(self._late, repeat))
            raise AutoReconnect("the request is still under way")
        return self._strike(kind, task.process)

    def _strike(self, kind: str, process: Process) -> Callable[[], None]:
        """Let a fault of the database or of a process happen; returns what happens after the operation."""
        match kind:
            case "unsent":
                raise AutoReconnect("the request was lost")
            case "unanswered":
                return _lost_answer
            case "kill":
                self._world.kill(process)
            case "kill after":
                return lambda: self._world.kill(process)
            case "pause":
                self._world.pause(process, 1.0 + self._world.choices.pick(8))
                self._world.scheduler.yield_turn()
            case "database crash":
                self._world.server.crash(self._world.choices.pick(self._world.server.unflushed() + 1))
                raise AutoReconnect("the database was killed")
            case "database down":
                self._world.server.crash(0)
                self._world.database_down = True
                self._world.scheduler.spawn("database", self._world.outside, self._database_up)
                raise AutoReconnect("the database was stopped")
        return _nothing

    def _late(self, repeat: Callable[[], object]) -> None:
        restores = self._world.restores
        self._world.scheduler.wait(0.01 + 0.2 * self._world.choices.pick(4))
        if restores == self._world.restores:  # a restored database gets no request that was sent to the old one
            repeat()

    def _database_up(self) -> None:
        self._world.scheduler.wait(1.0 + self._world.choices.pick(10))
        self._world.database_down = False

    def at_broker(self, operation: str, queue: str) -> int:
        """One operation of a connection to the broker; returns the number of a fault that the connection carries out."""
        task = self._world.scheduler.running
        if task is None:
            return 0
        if operation != "drain":
            self._world.scheduler.yield_turn()
        if self._world.broker.down:
            return 1
        fault = self._world.choices.rarely(self._world.rates.broker, 6)
        if not fault:
            return 0
        self._world.faults[BROKER_FAULTS[fault - 1]] += 1
        self._world.note(f"broker fault {fault} at {operation} {queue} in {task}")
        if fault == 5:
            self._world.broker.wipe()
        elif fault == 6:
            self._world.broker.stop()
            self._world.scheduler.spawn("broker", self._world.outside, self._broker_up)
        return fault if fault < 5 else 1

    def _broker_up(self) -> None:
        self._world.scheduler.wait(1.0 + self._world.choices.pick(8))
        self._world.broker.start()


def _nothing() -> None:
    return None


def _lost_answer() -> None:
    raise AutoReconnect("the answer was lost")
