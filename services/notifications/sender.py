"""Sends what is due: the deliverer's second half.

For each delivery: the attempt on the disk, the letter to the channel's server, the outcome on the disk, one after the
other. Killed anywhere between, the delivery is found in ``sending`` and sent again under the same identity; so a letter
is never lost, and twice under one identity at worst. Everything else that can be in the way (members, a server, quiet
hours) makes deliveries wait, and nothing but the time after which they are not worth sending makes them vanish. A
channel that is down rests alone; the others go on.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Protocol

from services.kernel.bell import Bell
from services.kernel.clock import Clock
from services.notifications.channel import Channel, ChannelDown, Deferred, Fault, Letter, Rejected
from services.notifications.composing import Composer, Known, NotYetKnown
from services.notifications.deliveries import EXPIRED, FAILED, NO_CONTACT, SENT, Deliveries, Delivery
from services.notifications.domain.message import Kind
from services.notifications.patience import Machine, Patience, Rests
from services.notifications.people import PeopleUnavailable
from services.notifications.planner import Hours, release
from services.notifications.routing import ChannelMissing, Unsendable

log = logging.getLogger(__name__)


class Outcomes(Protocol):
    """Who hears what became of deliveries. ``channel`` is the one that it went by, or was planned for."""

    def ended(self, channel: str, outcome: str) -> None:
        """Called for every delivery that ends."""
        ...

    def refused(self, delivery: Delivery, channel: str, reason: str) -> None:
        """A channel has refused the person's address for good. May be called again for the same delivery."""
        ...

    def reached(self, delivery: Delivery, channel: str) -> None:
        """A channel has taken it."""
        ...


MEMBERS = "members"


class Sender:
    """Sends by ``channels``, under the service's lease. ``hours(people, now)`` are the quiet hours in force for each."""

    def __init__(
        self,
        deliveries: Deliveries,
        channels: Mapping[str, Channel],
        composer: Composer,
        hours: Hours,
        outcomes: Outcomes,
        *,
        patience: Patience | None = None,
        machine: Machine | None = None,
    ) -> None:
        self._deliveries = deliveries
        self._channels = channels
        self._composer = composer
        self._hours = hours
        self._outcomes = outcomes
        self._patience = patience or Patience()
        self._machine = machine or Machine()
        self._rests = Rests(self._patience, self._machine.monotonic)
        self._swept = float("-inf")
        self._accepted: dict[str, tuple[Delivery, str, datetime]] = {}

    def send_due(self, now: datetime) -> int:
        """One pass at the domain time ``now``; answers how many deliveries it brought forward.

        Raises ``PyMongoError``. Members or a channel being down is no error: the next passes rest.
        """
        self._composer.forget()
        self._record_accepted()
        moved = self._sweep(now)
        awake = [name for name in self._channels if not self._rests.resting(name)]
        if not awake or self._rests.resting(MEMBERS):
            return moved
        due = self._deliveries.due(now, self._machine.now(), self._patience.batch, awake, list(self._channels))
        sendable = self._out_of_quiet(due, now)
        moved += len(due) - len(sendable)
        if not sendable:
            return moved
        try:
            return moved + self._send(sendable, now)
        except PeopleUnavailable as error:
            self._rests.rest(MEMBERS, error)
            return moved

    def behind(self, now: datetime) -> int:
        """How many deliveries are to be sent at the domain time ``now``."""
        return self._deliveries.behind(now, self._machine.now())

    def _sweep(self, now: datetime) -> int:
        """End what is not worth sending any more; now and then, for it is sent by no pass in between either."""
        if self._machine.monotonic() < self._swept + self._patience.sweep:
            return 0
        expired = self._deliveries.expire(now)
        self._swept = self._machine.monotonic()
        for channel, number in expired.items():
            for _ in range(number):
                self._outcomes.ended(channel, EXPIRED)
        return sum(expired.values())

    def _out_of_quiet(self, due: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """Those that may be sent now. The others are held over the quiet hours: rules change, and passes come late."""
        sendable: list[Delivery] = []
        hours = self._hours([delivery.person for delivery in due], now) if due else {}
        for delivery in due:
            not_before, held_until = release(
                delivery.urgent, delivery.worth_until, now, hours[delivery.person], delivery.held_until
            )
            if held_until is None:
                sendable.append(delivery)
            else:
                self._deliveries.hold([delivery.id], not_before)
        return sendable

    def _send(self, due: Sequence[Delivery], now: datetime) -> int:
        known = self._composer.known(due)
        self._rests.answered(MEMBERS)
        with ExitStack() as stack:
            for channel in self._channels.values():
                stack.enter_context(channel)
            return sum(self._one(delivery, known, now) for delivery in due)

    def _one(self, delivery: Delivery, known: Known, now: datetime) -> int:
        if delivery.attempts >= self._patience.attempts:
            return self._end(delivery, FAILED, now, "tried-too-often")
        try:
            name, letter = self._composer.compose(delivery, known, now, self._channels)
        except NotYetKnown:
            return self._not_yet(delivery, now)
        except Unsendable as error:
            return self._end(delivery, error.state, now, error.reason)
        except ChannelMissing:
            self._deliveries.put_off(delivery.id, self._later(self._patience.longest), f"no-{delivery.channel}-here")
            return 1
        if self._rests.resting(name):
            return self._wait_for(delivery, name)
        try:
            self._channels[name].reach()
            if not self._deliveries.begin(delivery, name):
                return 0
            return self._hand_over(name, delivery, letter, now)
        except ChannelDown as error:
            self._rests.rest(name, error, error.seconds)
            return 0

    def _wait_for(self, delivery: Delivery, channel: str) -> int:
        """Let one that goes by another channel than planned wait for that one; those planned for it are not even asked
        for meanwhile.
        """
        if channel != delivery.channel:
            later = self._later(self._patience.longest_pause)
            self._deliveries.put_off(delivery.id, later, f"{channel}-rests")
        return 0

    def _hand_over(self, name: str, delivery: Delivery, letter: Letter, now: datetime) -> int:
        try:
            self._channels[name].send(letter)
        except Rejected as error:
            if error.fault is Fault.UNKNOWN:
                return self._end(delivery, FAILED, now, str(error))
            if error.fault is Fault.ADDRESS:
                self._outcomes.refused(delivery, name, str(error))
            return self._refused(name, delivery, str(error), now)
        except Deferred as error:
            if error.seconds is not None:
                after = self._machine.now() + timedelta(seconds=error.seconds)
                self._deliveries.put_off(delivery.id, after, str(error), attempts=-1)
                return 1
            delay = min(self._patience.delay * 2**delivery.attempts, self._patience.longest)
            self._deliveries.put_off(delivery.id, self._later(delay), str(error))
            return 1
        except ChannelDown as error:
            self._deliveries.put_off(delivery.id, self._machine.now(), str(error), attempts=-1)
            raise
        self._rests.answered(name)
        # From here on it is remembered even if the database does not answer just now.
        self._accepted[delivery.id] = (delivery, name, now)
        self._record_accepted()
        return 1

    def _refused(self, name: str, delivery: Delivery, reason: str, now: datetime) -> int:
        """Refused for good by one channel: another one is tried where the delivery is the only one, else it has failed."""
        self._rests.answered(name)
        others = [channel for channel in self._channels if channel not in (name, *delivery.refused)]
        if delivery.alone and others:
            self._deliveries.refuse(delivery.id, name, self._machine.now(), reason)
            return 1
        return self._end(delivery, FAILED, now, reason)

    def _record_accepted(self) -> None:
        """Store what a server has taken. What a lost database kept from being stored comes before all else."""
        for identity, (delivery, channel, at) in list(self._accepted.items()):
            if delivery.kind == Kind.DIGEST:
                self._deliveries.deliver_lines(delivery.person, delivery.message, at)
            self._deliveries.end(identity, SENT, at)
            self._outcomes.reached(delivery, channel)
            del self._accepted[identity]
            self._outcomes.ended(channel, SENT)

    def _not_yet(self, delivery: Delivery, now: datetime) -> int:
        if delivery.attempts >= self._patience.unknown:
            return self._end(delivery, NO_CONTACT, now, "unknown")
        delay = self._patience.unknown_delay * 2**delivery.attempts
        self._deliveries.put_off(delivery.id, self._later(delay), "unknown", attempts=1)
        return 1

    def _end(self, delivery: Delivery, state: str, now: datetime, reason: str) -> int:
        self._deliveries.end(delivery.id, state, now, reason)
        self._outcomes.ended(delivery.channel, state)
        if state == FAILED:
            log.warning("delivery failed", extra={"delivery": delivery.id, "kind": delivery.kind, "reason": reason})
        return 1

    def _later(self, seconds: float) -> datetime:
        return self._machine.now() + timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # noqa: S311 - jitter


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
        return self._sender.behind(self._clock.now())

    def bell(self) -> Bell:
        return self._planned
