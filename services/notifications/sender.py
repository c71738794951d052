"""Sends what is due: the deliverer's second half.

For each delivery: the attempt on the disk, the mail to the server, the outcome on the disk, one after the other. Killed
anywhere between, the delivery is found in ``sending`` and sent again under the same ``Message-ID``; so a mail is never
lost, and twice under one identity at worst. Everything else that can be in the way (members, the mail server, quiet
hours) makes deliveries wait, and nothing but the time after which they are not worth sending makes them vanish.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.kernel.bell import Bell
from services.kernel.clock import Clock
from services.notifications.composing import Composer, Known, NotYetKnown, Unsendable
from services.notifications.deliveries import EXPIRED, FAILED, NO_CONTACT, SENT, Deliveries, Delivery
from services.notifications.mail import Deferred, Mail, MailServer, Rejected, ServerDown
from services.notifications.people import PeopleUnavailable
from services.notifications.planner import Hours, release

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long, in machine time.

    ``batch`` bounds one pass, so that others get their turn. A delivery is tried ``attempts`` times, again after
    ``delay`` seconds, each time twice as long, at most ``longest``. Somebody whom members does not know yet is asked for
    ``unknown`` times. ``pause`` is the first rest when members or the mail server does not answer, ``longest_pause`` the
    last. What is late is looked for every ``sweep`` seconds.
    """

    batch: int = 25
    attempts: int = 10
    delay: float = 15.0
    longest: float = 1800.0
    unknown: int = 6
    unknown_delay: float = 1.0
    pause: float = 0.5
    longest_pause: float = 15.0
    sweep: float = 1.0


@dataclass(frozen=True)
class Machine:
    """Machine time: ``now`` for what is stored, ``monotonic`` (seconds) for what is not."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic


class Sender:
    """Sends by e-mail, under the service's lease. ``hours(now)`` are the quiet hours in force; ``ended(outcome)`` is
    called for every delivery that ends.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        server: MailServer,
        composer: Composer,
        hours: Hours,
        *,
        patience: Patience | None = None,
        machine: Machine | None = None,
        ended: Callable[[str], None] = lambda _outcome: None,
    ) -> None:
        self._deliveries = deliveries
        self._server = server
        self._composer = composer
        self._hours = hours
        self._patience = patience or Patience()
        self._machine = machine or Machine()
        self._ended = ended
        self._rest_until = float("-inf")
        self._rests = 0
        self._swept = float("-inf")
        self._accepted: dict[str, datetime] = {}

    def send_due(self, now: datetime) -> int:
        """One pass at the domain time ``now``; answers how many deliveries it brought forward.

        Raises ``PyMongoError``. Members or the mail server being down is no error: the next passes rest.
        """
        self._record_accepted()
        moved = self._sweep(now)
        if self._machine.monotonic() < self._rest_until:
            return moved
        due = self._deliveries.due(now, self._machine.now(), self._patience.batch)
        sendable = self._awake(due, now)
        moved += len(due) - len(sendable)
        if not sendable:
            return moved
        try:
            moved += self._send(sendable, now)
        except PeopleUnavailable as error:
            self._rest("members", error)
        except ServerDown as error:
            self._rest("mail server", error)
        else:
            self._rests = 0
        return moved

    def _sweep(self, now: datetime) -> int:
        """End what is not worth sending any more; now and then, for it is sent by no pass in between either."""
        if self._machine.monotonic() < self._swept + self._patience.sweep:
            return 0
        expired = self._deliveries.expire(now)
        self._swept = self._machine.monotonic()
        for _ in range(expired):
            self._ended(EXPIRED)
        return expired

    def _awake(self, due: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """Those that may be sent now. The others are held over the quiet hours: rules change, and passes come late."""
        hours = self._hours(now)
        sendable: list[Delivery] = []
        held: list[Delivery] = []
        for delivery in due:
            _, held_until = release(delivery.urgent, delivery.worth_until, now, hours)
            (sendable if held_until is None else held).append(delivery)
        if held:
            self._deliveries.hold([delivery.id for delivery in held], hours.release(now))
        return sendable

    def _send(self, due: Sequence[Delivery], now: datetime) -> int:
        known = self._composer.known(due)
        with self._server as server:
            return sum(self._one(server, delivery, known, now) for delivery in due)

    def _one(self, server: MailServer, delivery: Delivery, known: Known, now: datetime) -> int:
        if delivery.attempts >= self._patience.attempts:
            return self._end(delivery, FAILED, now, "tried-too-often")
        try:
            mail = self._composer.compose(delivery, known, now)
        except NotYetKnown:
            return self._not_yet(delivery, now)
        except Unsendable as error:
            return self._end(delivery, error.state, now, error.reason)
        server.reach()
        if not self._deliveries.begin(delivery):
            return 0
        return self._hand_over(server, delivery, mail, now)

    def _hand_over(self, server: MailServer, delivery: Delivery, mail: Mail, now: datetime) -> int:
        try:
            server.send(mail)
        except Rejected as error:
            return self._end(delivery, FAILED, now, str(error))
        except Deferred as error:
            delay = min(self._patience.delay * 2**delivery.attempts, self._patience.longest)
            self._deliveries.put_off(delivery.id, self._later(delay), str(error))
            return 1
        except ServerDown as error:
            self._deliveries.put_off(delivery.id, self._machine.now(), str(error), attempts=-1)
            raise
        # From here on it is remembered even if the database does not answer just now.
        self._accepted[delivery.id] = now
        self._record_accepted()
        return 1

    def _record_accepted(self) -> None:
        """Store what the server has taken. What a lost database kept from being stored comes before all else."""
        for identity, at in list(self._accepted.items()):
            self._deliveries.end(identity, SENT, at)
            del self._accepted[identity]
            self._ended(SENT)

    def _not_yet(self, delivery: Delivery, now: datetime) -> int:
        if delivery.attempts >= self._patience.unknown:
            return self._end(delivery, NO_CONTACT, now, "unknown")
        delay = self._patience.unknown_delay * 2**delivery.attempts
        self._deliveries.put_off(delivery.id, self._later(delay), "unknown", attempts=1)
        return 1

    def _end(self, delivery: Delivery, state: str, now: datetime, reason: str) -> int:
        self._deliveries.end(delivery.id, state, now, reason)
        self._ended(state)
        if state == FAILED:
            log.warning("delivery failed", extra={"delivery": delivery.id, "kind": delivery.kind, "reason": reason})
        return 1

    def _later(self, seconds: float) -> datetime:
        return self._machine.now() + timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # noqa: S311 - jitter

    def _rest(self, who: str, error: Exception) -> None:
        seconds = min(self._patience.pause * 2**self._rests, self._patience.longest_pause)
        self._rests += 1
        self._rest_until = self._machine.monotonic() + seconds * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        log.warning("deliveries wait", extra={"waiting_for": who, "reason": str(error)})


class SendingReader:
    """Runs the sender. It reads no log but the deliveries; ``planned`` rings when there are new ones."""

    name = "sender"
    idle_seconds = 0.5

    def __init__(self, sender: Sender, deliveries: Deliveries, clock: Clock, planned: Bell) -> None:
        self._sender = sender
        self._deliveries = deliveries
        self._clock = clock
        self._planned = planned

    def step(self, lease: int) -> int:  # noqa: ARG002 - each delivery is claimed by a compare-and-set of its own
        self._deliveries.prepare()
        return self._sender.send_due(self._clock.now())

    def lag(self) -> int:
        return self._deliveries.waiting()

    def bell(self) -> Bell:
        return self._planned
