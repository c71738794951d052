"""Sends the deliveries that are due: the second half of delivering, after the planner.

Three steps for each delivery: the attempt is written to disk, the letter goes to the channel's server, the outcome is
written to disk. A sender killed between two steps leaves the delivery in ``sending``, and the delivery is sent again under the
same identity: no letter is lost, and at worst a letter arrives twice under one identity. Members, a server or quiet hours only
make a delivery wait, until the delivery expires. A channel whose server is down rests alone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import assert_never

from services.kernel.base.alarm import Alarm
from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock
from services.kernel.base.pause import jittered
from services.notifications.domain.message import Kind
from services.notifications.sending.channel import Channel, ChannelDown, Deferred, Fault, Letter, Rejected
from services.notifications.sending.circuit_breaker import CircuitBreaker
from services.notifications.sending.composing import Composer, Known, NotYetKnown
from services.notifications.sending.delivery import EXPIRED, FAILED, NO_CONTACT, SENT, Delivery
from services.notifications.sending.delivery_listener import DeliveryListener
from services.notifications.sending.delivery_store import Deliveries
from services.notifications.sending.machine_time import MachineTime
from services.notifications.sending.outcome import Ended, HeldBack, NotAttempted, Outcome, Rerouted, RetryLater, Sent
from services.notifications.sending.people import PeopleUnavailable
from services.notifications.sending.planner import Hours, sending_time
from services.notifications.sending.retry_policy import RetryPolicy
from services.notifications.sending.routing import ChannelMissing, Unsendable

log = logging.getLogger(__name__)
MEMBERS = "members"
ASK_SECONDS = 5.0


class Sender:
    """Sends by ``channels``, under the service's lease. ``hours(people, now)`` answers each person's quiet hours in force."""

    def __init__(
        self,
        deliveries: Deliveries,
        channels: Mapping[str, Channel],
        composer: Composer,
        hours: Hours,
        listener: DeliveryListener,
        *,
        policy: RetryPolicy | None = None,
        machine_time: MachineTime | None = None,
    ) -> None:
        self._deliveries = deliveries
        self._channels = channels
        self._composer = composer
        self._hours = hours
        self._listener = listener
        self._policy = policy or RetryPolicy()
        self._machine_time = machine_time or MachineTime()
        self._breaker = CircuitBreaker(self._policy, self._machine_time.monotonic)
        self._swept = float("-inf")
        self._not_swept = False
        self._accepted: dict[str, tuple[Delivery, str, datetime]] = {}

    def send_due(self, now: datetime) -> int:
        """One pass over at most a batch at the domain time ``now``. Answers the number of changed deliveries.

        Raises ``PyMongoError``. If members or a channel does not answer, the next passes pause the calls.
        """
        self._composer.forget_old_contacts()
        self._record_accepted()
        moved = self._sweep(now)
        awake = [name for name in self._channels if not self._breaker.is_open(name)]
        if not awake or self._breaker.is_open(MEMBERS):
            return moved
        due = self._deliveries.due_deliveries(
            now, self._machine_time.now(), self._policy.batch, awake, list(self._channels)
        )
        sendable = self._sendable(due, now)
        moved += len(due) - len(sendable)
        if not sendable:
            return moved
        try:
            return moved + self._send(sendable, now)
        except PeopleUnavailable as error:
            self._breaker.trip(MEMBERS, error)
            return moved

    def sleep(self, now: datetime, longest: float) -> tuple[float, datetime | None]:
        """After a pass without changes: the seconds of machine time until the next work, at most ``longest``, and the domain time of the
        next work, None if no delivery waits for a time.
        """
        machine = self._machine_time.now()
        waits = [longest]
        if (rest := self._breaker.seconds_until_next_try()) is not None:
            waits.append(rest)
        if (retry := self._deliveries.next_retry(now, machine)) is not None:
            waits.append((retry - machine).total_seconds())
        if self._not_swept:
            waits.append(max(0.0, self._swept + self._policy.sweep - self._machine_time.monotonic()))
        return min(waits), self._deliveries.next_moment(now)

    def count_due(self, now: datetime) -> int:
        """How many deliveries are due at the domain time ``now``."""
        return self._deliveries.count_due(now, self._machine_time.now())

    def _sweep(self, now: datetime) -> int:
        """End expired deliveries, from time to time: no pass sends an expired delivery."""
        self._not_swept = self._machine_time.monotonic() < self._swept + self._policy.sweep
        if self._not_swept:
            return 0
        expired = self._deliveries.expire_late(now)
        self._swept = self._machine_time.monotonic()
        for channel, number in expired.items():
            for _ in range(number):
                self._listener.delivery_ended(channel, EXPIRED)
        return sum(expired.values())

    def _sendable(self, due: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """The deliveries outside quiet hours; the others are held. Rules may have changed since planning, and passes come late."""
        sendable: list[Delivery] = []
        hours = self._hours([delivery.person for delivery in due], now) if due else {}
        for delivery in due:
            not_before, held_until = sending_time(
                delivery.urgent, delivery.worth_until, now, hours[delivery.person], delivery.held_until
            )
            if held_until is None:
                sendable.append(delivery)
            else:
                self._record_outcome(delivery, HeldBack(not_before), now)
        return sendable

    def _send(self, due: Sequence[Delivery], now: datetime) -> int:
        known = self._composer.look_up(due)
        self._breaker.reset(MEMBERS)
        with ExitStack() as stack:
            for channel in self._channels.values():
                stack.enter_context(channel)
            return sum(self._record_outcome(each, self._attempt(each, known, now), now) for each in due)

    def _attempt(self, delivery: Delivery, known: Known, now: datetime) -> Outcome:
        """Try to send one delivery. Only the attempt is written, before the letter leaves."""
        if delivery.attempts >= self._policy.attempts:
            return Ended(FAILED, "tried-too-often")
        try:
            channel, letter = self._composer.compose(delivery, known, now, self._channels)
        except NotYetKnown:
            return self._unknown_person(delivery)
        except Unsendable as error:
            return Ended(error.state, error.reason)
        except ChannelMissing:
            return RetryLater(self._later(self._policy.longest), f"no-{delivery.channel}-here")
        if self._breaker.is_open(channel):
            return self._channel_rests(delivery, channel)
        try:
            self._channels[channel].reach()
        except ChannelDown as error:
            self._breaker.trip(channel, error, error.seconds)
            return NotAttempted()
        if not self._deliveries.begin_attempt(delivery, channel):
            return NotAttempted()
        return self._hand_over(delivery, channel, letter)

    def _hand_over(self, delivery: Delivery, channel: str, letter: Letter) -> Outcome:
        """Give the letter to the channel's server and read the answer."""
        try:
            self._channels[channel].send(letter)
        except Rejected as error:
            return self._rejected(delivery, channel, error)
        except Deferred as error:
            if error.seconds is not None:
                return RetryLater(self._machine_time.now() + timedelta(seconds=error.seconds), str(error), attempts=-1)
            return RetryLater(self._later(self._policy.retry_delay(delivery.attempts)), str(error))
        except ChannelDown as error:
            self._breaker.trip(channel, error, error.seconds)
            return RetryLater(self._machine_time.now(), str(error), attempts=-1)
        self._breaker.reset(channel)
        return Sent(channel)

    def _rejected(self, delivery: Delivery, channel: str, error: Rejected) -> Outcome:
        """Another channel is tried if no other delivery tells the person of the fact; else the delivery has failed."""
        if error.fault is Fault.UNKNOWN:
            return Ended(FAILED, str(error))
        self._breaker.reset(channel)
        wrong_address = error.fault is Fault.ADDRESS
        others = [name for name in self._channels if name not in (channel, *delivery.refused)]
        if delivery.alone and others:
            return Rerouted(channel, str(error), wrong_address)
        return Ended(FAILED, str(error), channel if wrong_address else None)

    def _unknown_person(self, delivery: Delivery) -> Outcome:
        if delivery.attempts >= self._policy.unknown:
            return Ended(NO_CONTACT, "unknown")
        return RetryLater(self._later(self._policy.unknown_retry_delay(delivery.attempts)), "unknown", attempts=1)

    def _channel_rests(self, delivery: Delivery, channel: str) -> Outcome:
        """A delivery that was planned for the resting channel waits; a delivery that fell back to the channel is put off."""
        if channel == delivery.channel:
            return NotAttempted()
        return RetryLater(self._later(self._policy.longest_pause), f"{channel}-rests")

    def _record_outcome(self, delivery: Delivery, outcome: Outcome, now: datetime) -> int:
        """Write an outcome to the deliveries and tell the listener; no other function does. Answers 1, and 0 for ``Waits``.

        A wrong address is told before the outcome is written: a crash in between repeats the telling and loses nothing.
        """
        match outcome:
            case NotAttempted():
                return 0
            case Sent(channel):
                # From here on the outcome is remembered, even if the database does not answer now.
                self._accepted[delivery.id] = (delivery, channel, now)
                self._record_accepted()
            case RetryLater(retry_at, reason, attempts):
                self._deliveries.put_off(delivery.id, retry_at, reason, attempts=attempts)
            case HeldBack(until):
                self._deliveries.hold_until(delivery.id, until)
            case Rerouted(channel, reason, address_refused):
                if address_refused:
                    self._listener.address_refused(delivery, channel, reason)
                self._deliveries.reroute(delivery.id, channel, self._machine_time.now(), reason)
            case Ended(state, reason, address_refused_by):
                if address_refused_by is not None:
                    self._listener.address_refused(delivery, address_refused_by, reason)
                self._deliveries.end_delivery(delivery.id, state, now, reason)
                self._listener.delivery_ended(delivery.channel, state)
                if state == FAILED:
                    about = {"delivery": delivery.id, "kind": delivery.kind, "reason": reason}
                    log.warning("delivery failed", extra=about)
            case _:
                assert_never(outcome)
        return 1

    def _record_accepted(self) -> None:
        """Store the letters that servers have taken. A pass begins with letters that could not be stored while the database was away."""
        for identity, (delivery, channel, at) in list(self._accepted.items()):
            if delivery.kind == Kind.DIGEST:
                self._deliveries.deliver_lines(delivery.person, delivery.message, at)
            self._deliveries.end_delivery(identity, SENT, at)
            self._listener.person_reached(delivery, channel)
            del self._accepted[identity]
            self._listener.delivery_ended(channel, SENT)

    def _later(self, seconds: float) -> datetime:
        return self._machine_time.now() + timedelta(seconds=jittered(seconds, high=1.5))


class SendingReader:
    """Runs the sender. Reads the deliveries and no log; ``planned`` rings when deliveries were planned.

    After a pass without changes the reader sleeps until the next delivery is due, at most ``ASK_SECONDS``, because another process
    may plan deliveries meanwhile.
    """

    name = "sender"

    def __init__(self, sender: Sender, deliveries: Deliveries, clock: Clock, planned: Bell) -> None:
        self._sender = sender
        self._deliveries = deliveries
        self._clock = clock
        self._alarm = Alarm(planned, clock)
        self.idle_seconds = ASK_SECONDS

    def step(self, lease: int) -> int:  # noqa: ARG002 - a compare-and-set claims each delivery
        self._deliveries.prepare()
        now = self._clock.now()
        changed = self._sender.send_due(now)
        if not changed:
            self.idle_seconds, due = self._sender.sleep(now, ASK_SECONDS)
            self._alarm.set(due)
        return changed

    def lag(self) -> int:
        return self._sender.count_due(self._clock.now())

    def bell(self) -> Bell:
        return self._alarm
