"""Brings the faults of a trial, one after the other, at moments that nothing awaits, and measures how long each part needs.

A seed draws the order, the moments and the lengths. At most one server (database, broker, mailbox, receiver) is in trouble at a time; services may
die meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from deploy.errors import DeadlinePassed
from deploy.waiting import wait_until
from tests.support.proxy import Proxy
from tests.support.services import SERVICES
from tests.trials.stack import Stack

QUICK = (
    *(("kill", name) for name in SERVICES for _ in range(3)),
    *(("kill", name) for name in ("gateway", "gateway", "database", "database", "database", "broker")),
    *(("kill", name) for name in ("mailbox", "receiver")),
    *(("takeover", "events"), ("wipe", "broker"), ("delete queues", "broker")),
    *(("pause", "events"), ("pause", "database")),
    *(("lose answers", "database"), ("lose answers", "gateway")),
)
"""The faults of a quick trial: 22 processes are killed, the twin's and the wiped broker's among them."""
WEIGHTS = {
    **{("kill", name): 9 for name in SERVICES},
    ("kill", "gateway"): 6,
    ("kill", "database"): 12,
    ("kill", "broker"): 5,
    ("kill", "mailbox"): 2,
    ("kill", "receiver"): 2,
    ("down", "broker"): 3,
    ("down", "database"): 3,
    ("wipe", "broker"): 1,
    ("delete queues", "broker"): 2,
    **{("pause", name): 1 for name in (*SERVICES, "gateway", "database", "broker")},
    **{("takeover", name): 1 for name in ("members", "events", "notifications")},
    ("lose answers", "database"): 4,
    ("lose answers", "gateway"): 3,
}
"""The faults of a full trial, and how often each comes."""
TAKEN_OVER_SECONDS = 5.0
"""A lease is free after three."""


@dataclass
class Fault:
    """One fault. ``kills`` names the processes that were killed; ``usable`` is the time in seconds from the fault's end (of a kill: from
    the kill) until ``target`` was usable again, None where nothing was away.
    """

    kind: str
    target: str
    at: float
    seconds: float = 0.0
    kills: list[str] = field(default_factory=list)
    usable: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Nemesis:
    """Writes each fault to ``faults.jsonl`` in the stack's folder. ``answered`` counts the commands that clients were told the
    outcome of: between two faults some are. ``now`` is the history's time.

    Use it in one thread that lives to the end: what a thread has started is killed when the thread ends.
    """

    def __init__(self, stack: Stack, seed: int, now: Callable[[], float], answered: Callable[[], int]) -> None:
        self._stack = stack
        self._dice = random.Random(seed)
        self._now = now
        self._answered = answered
        self.faults: list[Fault] = []

    @property
    def kills(self) -> Counter[str]:
        """How often each part was killed."""
        return Counter(name for fault in self.faults for name in fault.kills)

    def quick(self) -> None:
        """The faults of a quick trial, in an order of the seed."""
        faults = list(QUICK)
        self._dice.shuffle(faults)
        for kind, target in faults:
            self._strike(kind, target, longest=4.0)

    def full(self, kills: int) -> None:
        """Faults until so many processes were killed."""
        while self.kills.total() < kills:
            kind, target = self._dice.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
            self._strike(kind, target, longest=30.0)

    def _strike(self, kind: str, target: str, longest: float) -> None:
        time.sleep(self._dice.uniform(0, 0.6))  # not awaited by anything: the fault falls where it falls
        fault = Fault(kind, target, self._now())
        self.faults.append(fault)
        match kind:
            case "kill":
                self._kill(fault, target)
                self._restart(fault, target, time.monotonic())
            case "down":
                self._kill(fault, target)
                fault.seconds = self._dice.uniform(10, 60)
                self._kill_services_meanwhile(fault)
                self._restart(fault, target, time.monotonic())
            case "wipe":
                self._kill(fault, target)
                self._stack.wipe_broker()
                self._restart(fault, target, time.monotonic())
            case "pause":
                fault.seconds = self._dice.uniform(min(3.0, longest), longest)
                with self._paused(target):
                    time.sleep(fault.seconds)
                fault.usable = self._stack.wait_usable(target)
            case "delete queues":
                self._stack.delete_queues()
                fault.usable = self._stack.wait_usable("broker")
            case "takeover":
                self._take_over(fault, target)
            case "lose answers":
                proxies = {
                    "database": (self._stack.to_database, b"insert"),
                    "gateway": (self._stack.to_events, b"registrations"),
                }
                self._lose_answers(*proxies[target])
        with (self._stack.folder / "faults.jsonl").open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(fault.as_json()) + "\n")
        self._go_on()

    def _kill(self, fault: Fault, name: str) -> None:
        self._stack.kill(name)
        fault.kills.append(name)

    def _restart(self, fault: Fault, name: str, since: float) -> None:
        self._stack.start(name)
        self._stack.wait_usable(name)
        fault.usable = round(time.monotonic() - since, 3)

    def _kill_services_meanwhile(self, fault: Fault) -> None:
        until = time.monotonic() + fault.seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, self._dice.uniform(3, 12)))
            if left > 8:
                name = self._dice.choice(SERVICES)
                self._kill(fault, name)
                self._stack.start(name)

    @contextlib.contextmanager
    def _paused(self, name: str) -> Iterator[None]:
        pid = self._stack.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _take_over(self, fault: Fault, name: str) -> None:
        """A second instance begins to stand by; the first is killed; the second is killed when the first is back."""
        twin = self._stack.start_twin(name)
        wait_until(lambda: twin.status(name, "/readyz") == 200, 60, "the second instance to be ready")
        self._kill(fault, name)
        time.sleep(TAKEN_OVER_SECONDS)
        self._restart(fault, name, time.monotonic())
        twin.kill(name)
        fault.kills.append(name)

    def _lose_answers(self, proxy: Proxy, marker: bytes) -> None:
        lost = proxy.lost
        proxy.lose_replies_of(marker)
        with contextlib.suppress(DeadlinePassed):  # no such request came; the next one loses its answer
            wait_until(lambda: proxy.lost > lost, 5, "an answer to be lost")

    def _go_on(self) -> None:
        """Some commands are answered before the next fault, so that every fault meets a running stack."""
        enough = self._answered() + 5
        wait_until(lambda: self._answered() >= enough, 30, "clients to be answered")
