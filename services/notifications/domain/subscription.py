"""A subscription: which facts are sent to a partner's address, and from which place in the feed on.

Its deliveries go out one behind the other; how far they are is no decision and stands elsewhere. What is decided here is
where they begin: at the making, and anew when the partner asks for a range again. Nothing else moves them backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider
from services.notifications.domain.public_facts import named_by
from services.notifications.domain.webhook_url import target_of

BOTH_SIGN = timedelta(hours=24)
"""So long a secret signs on beside the one that took its place."""
REPLACED_REMEMBERED = 10
PINGS_REMEMBERED = 5
BY_HAND, GONE, FAILING, EXHAUSTED = "by-hand", "gone", "failing", "exhausted"
REASONS = (BY_HAND, GONE, FAILING, EXHAUSTED)


@dataclass(frozen=True, slots=True)
class MakeSubscription(Command):
    """Send a partner's address what it is interested in. ``after`` is the place in the feed behind which it begins,
    ``allowed`` are the hosts that this installation reaches though they are not public.
    """

    partner: str
    url: str
    types: tuple[str, ...]
    regions: tuple[str, ...]
    after: int
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RotateSecret(Command):
    """Sign with a new secret from now on."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PingSubscription(Command):
    """Send a ping."""

    ping: str


@dataclass(frozen=True, slots=True)
class RecoverDeliveries(Command):
    """Send again all that lies behind a place in the feed, and go on from there."""

    after: int


@dataclass(frozen=True, slots=True)
class DisableSubscription(Command):
    """Send nothing any more. ``run`` is the run that failed, None where somebody wishes it."""

    why: str
    run: int | None = None


@dataclass(frozen=True, slots=True)
class EnableSubscription(Command):
    """Send again, from where it stood."""


@dataclass(frozen=True, slots=True)
class SubscriptionMade(Event):
    """From now on what lies behind ``after`` goes to ``url``. The secret is derived from the id and stands nowhere."""

    partner: str
    url: str
    types: tuple[str, ...]
    regions: tuple[str, ...]
    after: int


@dataclass(frozen=True, slots=True)
class SecretRotated(Event):
    """The secret of this generation signs, and for a day those whose place was taken."""

    generation: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PingAsked(Event):
    """A ping is to be sent."""

    ping: str


@dataclass(frozen=True, slots=True)
class RecoveryAsked(Event):
    """Run ``run`` begins: all behind ``after`` is sent, again where it was before, under the same ids."""

    run: int
    after: int


@dataclass(frozen=True, slots=True)
class SubscriptionDisabled(Event):
    """Nothing is sent any more; nothing is passed over either."""

    partner: str
    why: str


@dataclass(frozen=True, slots=True)
class SubscriptionEnabled(Event):
    """It is sent again. ``times`` counts: what failed before is tried afresh."""

    partner: str
    times: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as it stands; ``partner`` is "" while there is none."""

    partner: str = ""
    url: str = ""
    types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    run: int = 0
    after: int = 0
    generation: int = 1
    replaced: tuple[tuple[int, datetime], ...] = ()
    disabled: str | None = None
    enabled: int = 0
    pings: tuple[str, ...] = ()

    def signing(self, now: datetime) -> tuple[int, ...]:
        """The generations of the secrets that sign at a moment, the newest first. ``replaced`` are generations and when the
        next one took their place: whoever rotates twice in a day has no receiver that is left without its secret.
        """
        still = [generation for generation, at in self.replaced if now < at + BOTH_SIGN]
        return (self.generation, *reversed(still))


def decide(command: Command, subscription: Subscription) -> Sequence[Event]:
    """Raises ``NotFound``, ``Refused`` ``webhook-address``, ``no-such-fact``, ``subscription-disabled``."""
    if isinstance(command, MakeSubscription):
        return _make(command, subscription)
    if not subscription.partner:
        raise NotFound
    match command:
        case RotateSecret(at):
            return [SecretRotated(subscription.generation + 1, at)]
        case PingSubscription(ping):
            return [] if ping in subscription.pings else [PingAsked(ping)]
        case RecoverDeliveries(after):
            if subscription.disabled is not None:
                raise Refused("subscription-disabled", "enable the subscription first")
            return [RecoveryAsked(subscription.run + 1, after)]
        case DisableSubscription():
            return _disable(command, subscription)
        case EnableSubscription():
            again = SubscriptionEnabled(subscription.partner, subscription.enabled + 1)
            return [] if subscription.disabled is None else [again]
    raise TypeError(type(command).__name__)


def _make(command: MakeSubscription, subscription: Subscription) -> Sequence[Event]:
    target_of(command.url, command.allowed)
    for pattern in command.types:
        if not named_by(pattern):
            raise Refused("no-such-fact", "no fact that is told outside has such a name", types=[pattern])
    if subscription.partner:
        return []
    return [SubscriptionMade(command.partner, command.url, command.types, command.regions, command.after)]


def _disable(command: DisableSubscription, subscription: Subscription) -> Sequence[Event]:
    """What failed in a run that is no more says nothing about the present one."""
    if subscription.disabled is not None or command.run not in (None, subscription.run):
        return []
    return [SubscriptionDisabled(subscription.partner, command.why)]


def evolve(subscription: Subscription, event: Event) -> Subscription:
    match event:
        case SubscriptionMade(partner, url, types, regions, after):
            return replace(subscription, partner=partner, url=url, types=types, regions=regions, run=1, after=after)
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
    return subscription


SUBSCRIPTION: Decider[Subscription] = Decider("subscription", Subscription(), decide, evolve)
