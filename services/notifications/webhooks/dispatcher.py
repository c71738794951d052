"""Finds subscriptions with due deliveries, and serves each subscription in a thread of its own.

A slow endpoint holds up its own subscription only, as long as fewer than ``MAX_WORKERS`` are slow at once. Subscriptions that had
to wait come first the next time.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from services.kernel.base.alarm import Alarm
from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock
from services.kernel.base.pause import jittered
from services.kernel.readers.reader import Source
from services.kernel.views.view_store import Views
from services.notifications.sending.machine_time import MachineTime
from services.notifications.views.subscriptions import ACTIVE, SUBSCRIPTIONS, SubscriptionRow
from services.notifications.webhooks.webhook_deliveries import WebhookDeliveries

log = logging.getLogger(__name__)
MAX_WORKERS = 16
AFTER_TROUBLE = 2.0
"""Seconds until a subscription is served again after an error; half as long to half as long again."""
SWEEP_SECONDS = 3600.0
ASK_SECONDS = 5.0
SOON_SECONDS = 1.0

Serve = Callable[[str], float | None]
Start = Callable[[Callable[[], None]], None]


def in_a_thread(work: Callable[[], None]) -> None:
    """Run ``work`` beside everything else."""
    threading.Thread(target=work, daemon=True).start()


class Dispatcher:
    """The reader that sends webhooks. Reads the inbox for each subscription from the subscription's cursor on.

    Sleeps until a pause is over, a fact is heard, a bell of ``woken_by`` rings (the service's own commits change subscriptions), a
    worker has finished, or ``ASK_SECONDS`` are over.
    """

    name = "webhooks"

    def __init__(
        self,
        serve: Serve,
        deliveries: WebhookDeliveries,
        views: Views,
        heard: Source,
        clock: Clock,
        *,
        machine: MachineTime | None = None,
        start: Start = in_a_thread,
        woken_by: Sequence[Bell] = (),
    ) -> None:
        self._serve = serve
        self._deliveries = deliveries
        self._views = views
        self._heard = heard
        self._clock = clock
        self._machine = machine or MachineTime()
        self._start = start
        self._guard = threading.Lock()
        self._running: set[str] = set()
        self._waiting: deque[str] = deque()
        self._served: dict[str, tuple[int, int]] = {}
        self._due: dict[str, float] = {}
        self._trouble: dict[str, float] = {}
        self._swept: float | None = None
        self._finished = Bell()
        self._alarm = Alarm(heard.bell(), clock, also=[*woken_by, self._finished])
        self._rings: int | None = None
        self._rung = True
        self._looked = float("-inf")

    def step(self, lease: int) -> int:  # noqa: ARG002 - a compare-and-set claims each delivery
        rings = self._alarm.heard()
        self._rung, self._rings = rings != self._rings, rings
        self._looked = self._machine.monotonic()
        self._sweep()
        head = self._heard.head()
        wanted = {row.subscription: row.version for row in self._views.all(SUBSCRIPTIONS) if self._has_work(row, head)}
        with self._guard:
            standing = [identity for identity in self._waiting if identity in wanted]
            self._waiting = deque([*standing, *(identity for identity in wanted if identity not in standing)])
            begun = []
            while self._waiting and len(self._running) < MAX_WORKERS:
                identity = self._waiting.popleft()
                self._running.add(identity)
                begun.append(identity)
        for identity in begun:
            self._begin(identity, (wanted[identity], head))
        return len(begun)

    def lag(self) -> int:
        return self._deliveries.count_open()

    @property
    def idle_seconds(self) -> float:
        """Seconds until the next pause is over; few after a ring, because the view of subscriptions may be behind the commits."""
        longest = SOON_SECONDS if self._rung else ASK_SECONDS
        with self._guard:
            pauses = [moment for moment in (*self._due.values(), *self._trouble.values()) if moment > self._looked]
        return max(0.0, min([self._looked + longest, *pauses]) - self._machine.monotonic())

    def bell(self) -> Bell:
        return self._alarm

    def _sweep(self) -> None:
        now = self._machine.monotonic()
        if self._swept is None:
            self._deliveries.prepare()
        if self._swept is None or now - self._swept > SWEEP_SECONDS:
            self._deliveries.delete_old(self._clock.now())
            self._swept = now

    def _has_work(self, row: SubscriptionRow, head: int) -> bool:
        """Whether the subscription or the feed has changed since the subscription was last served, or a pause is over."""
        identity = row.subscription
        if identity in self._running:
            return False
        if (again := self._trouble.get(identity)) is not None:
            return self._machine.monotonic() >= again
        version, place = self._served.get(identity, (0, -1))
        if version != row.version:
            return True
        if row.state != ACTIVE:
            return False
        due = self._due.get(identity)
        return place != head if due is None else self._machine.monotonic() >= due

    def _begin(self, identity: str, seen: tuple[int, int]) -> None:
        def work() -> None:
            try:
                seconds = self._serve(identity)
            except Exception as error:  # noqa: BLE001 - any error pauses only this subscription
                log.warning("subscription pauses", extra={"subscription": identity, "why": type(error).__name__})
                pause = jittered(AFTER_TROUBLE, high=1.5)
                with self._guard:
                    # Serve it again even if cursor and state do not change, or a requested ping would be forgotten.
                    self._trouble[identity] = self._machine.monotonic() + pause
                    self._running.discard(identity)
                self._finished.ring()
                return
            with self._guard:
                self._trouble.pop(identity, None)
                self._served[identity] = seen
                if seconds is None:
                    self._due.pop(identity, None)
                else:
                    self._due[identity] = self._machine.monotonic() + seconds
                self._running.discard(identity)
            self._finished.ring()

        self._start(work)
