"""A subscription sends facts to a partner's address, from a position in the feed on.

The deliveries of a subscription follow each other. Their progress is no decision: ``webhooks/webhook_deliveries.py`` keeps
the progress. The subscription decides where deliveries begin: when the subscription is made, and when the partner asks for a
range again. Nothing else moves the cursor backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider
from services.notifications.domain.public_facts import named_by
from services.notifications.domain.webhook_url import target_of

BOTH_SIGN = timedelta(hours=24)
"""For this time a replaced secret signs beside the new secret."""
REPLACED_REMEMBERED = 10
PINGS_REMEMBERED = 5
BY_HAND, GONE, FAILING, EXHAUSTED = "by-hand", "gone", "failing", "exhausted"
REASONS = (BY_HAND, GONE, FAILING, EXHAUSTED)


@dataclass(frozen=True, slots=True)
class MakeSubscription(Command):
    """Send facts to an address. ``after`` is the position in the feed behind which deliveries begin, ``allowed`` are hosts that this
    installation reaches though they are not public.
    """

    partner: str
    url: str
    types: tuple[str, ...]
    regions: tuple[str, ...]
    after: int
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RotateSecret(Command):
    at: datetime


@dataclass(frozen=True, slots=True)
class PingSubscription(Command):
    ping: str


@dataclass(frozen=True, slots=True)
class RecoverDeliveries(Command):
    """Send all facts behind the position ``after`` again, and go on from there."""

    after: int


@dataclass(frozen=True, slots=True)
class DisableSubscription(Command):
    """Stop sending. ``run`` is the run that failed, None where a person or a program disables the subscription."""

    why: str
    run: int | None = None


@dataclass(frozen=True, slots=True)
class EnableSubscription(Command):
    """Send again, from the cursor on."""


SubscriptionCommand: TypeAlias = (
    MakeSubscription | RotateSecret | PingSubscription | RecoverDeliveries | DisableSubscription | EnableSubscription
)


@dataclass(frozen=True, slots=True)
class SubscriptionMade(Event):
    """Facts behind the position ``after`` go to ``url``. The secret is derived from the subscription's id and never stored."""

    partner: str
    url: str
    types: tuple[str, ...]
    regions: tuple[str, ...]
    after: int


@dataclass(frozen=True, slots=True)
class SecretRotated(Event):
    """The secret of this generation signs; the secrets that were replaced within a day sign too."""

    generation: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PingAsked(Event):
    ping: str


@dataclass(frozen=True, slots=True)
class RecoveryAsked(Event):
    """Run ``run`` begins: all facts behind ``after`` are sent, under the same ids as in an earlier run."""

    run: int
    after: int


@dataclass(frozen=True, slots=True)
class SubscriptionDisabled(Event):
    """Sending has stopped. The cursor stays: no fact is skipped."""

    partner: str
    why: str


@dataclass(frozen=True, slots=True)
class SubscriptionEnabled(Event):
    """Sending goes on. ``times`` counts; a delivery that failed before gets all its attempts again."""

    partner: str
    times: int


SubscriptionEvent: TypeAlias = (
    SubscriptionMade | SecretRotated | PingAsked | RecoveryAsked | SubscriptionDisabled | SubscriptionEnabled
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """``run`` counts from 1; its deliveries begin behind ``after``. ``replaced`` are generations of secrets and when the next
    generation took their place. ``disabled`` is the reason, None for an active subscription; ``enabled`` counts.
    """

    partner: str
    url: str
    types: tuple[str, ...]
    regions: tuple[str, ...]
    after: int
    run: int = 1
    generation: int = 1
    replaced: tuple[tuple[int, datetime], ...] = ()
    disabled: str | None = None
    enabled: int = 0
    pings: tuple[str, ...] = ()

    def signing(self, now: datetime) -> tuple[int, ...]:
        """The generations of the secrets that sign at a moment, the newest first. There may be more than two, so that a receiver
        keeps a secret that signs when the partner rotates twice in a day.
        """
        still = [generation for generation, at in self.replaced if now < at + BOTH_SIGN]
        return (self.generation, *reversed(still))


def decide(command: SubscriptionCommand, subscription: Subscription | None) -> Sequence[Event]:
    """Raises ``NotFound``, ``Refused`` ``webhook-address``, ``no-such-fact``, ``subscription-disabled``."""
    if isinstance(command, MakeSubscription):
        return _make(command, subscription)
    if subscription is None:
        raise NotFound
    match command:
        case RotateSecret(at):
            return [SecretRotated(subscription.generation + 1, at)]
        case PingSubscription(ping):
            return [] if ping in subscription.pings else [PingAsked(ping)]
        case RecoverDeliveries(after):
            if subscription.disabled is not None:
                raise Refused("subscription-disabled", "The subscription is disabled; enable it first.")
            return [RecoveryAsked(subscription.run + 1, after)]
        case DisableSubscription():
            return _disable(command, subscription)
        case EnableSubscription():
            again = SubscriptionEnabled(subscription.partner, subscription.enabled + 1)
            return [] if subscription.disabled is None else [again]
        case _:
            assert_never(command)


def _make(command: MakeSubscription, subscription: Subscription | None) -> Sequence[Event]:
    target_of(command.url, command.allowed)
    for pattern in command.types:
        if not named_by(pattern):
            raise Refused("no-such-fact", "No public fact has such a name.", types=[pattern])
    if subscription is not None:
        return []
    return [SubscriptionMade(command.partner, command.url, command.types, command.regions, command.after)]


def _disable(command: DisableSubscription, subscription: Subscription) -> Sequence[Event]:
    """A failure in an earlier run does not disable the present run."""
    if subscription.disabled is not None or command.run not in (None, subscription.run):
        return []
    return [SubscriptionDisabled(subscription.partner, command.why)]


def evolve(subscription: Subscription | None, event: SubscriptionEvent) -> Subscription:
    if isinstance(event, SubscriptionMade):
        return Subscription(event.partner, event.url, event.types, event.regions, event.after)
    assert subscription is not None
    match event:
        case SecretRotated(generation, at):
            replaced = (*subscription.replaced, (generation - 1, at))
            return replace(subscription, generation=generation, replaced=replaced[-REPLACED_REMEMBERED:])
        case PingAsked(ping):
            return replace(subscription, pings=(*subscription.pings, ping)[-PINGS_REMEMBERED:])
        case RecoveryAsked(run, after):
            return replace(subscription, run=run, after=after)
        case SubscriptionDisabled(_, why):
            return replace(subscription, disabled=why)
        case SubscriptionEnabled(_, times):
            return replace(subscription, disabled=None, enabled=times)
        case _:
            assert_never(event)


SUBSCRIPTION: Decider[Subscription | None] = Decider("subscription", None, decide, evolve)
