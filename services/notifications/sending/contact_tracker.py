"""Listens to deliveries: counts those that end, and records which contacts refuse letters and work again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Command, Metadata
from services.kernel.base.metrics import Metrics
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.notifications.domain.contact import CONTACT, RecordReached, RecordRefusal
from services.notifications.domain.message import Kind
from services.notifications.sending.delivery import Delivery

ACTOR = "deliverer"


@dataclass(frozen=True)
class ContactTracker:
    """``region_of(person)`` is the person's region, ``in_doubt(person)`` whether letters to them were refused lately."""

    commands: Commands
    metrics: Metrics
    region_of: Callable[[str], str | None]
    in_doubt: Callable[[str], bool]

    def delivery_ended(self, channel: str, outcome: str) -> None:
        self.metrics.deliveries.labels("notifications", channel, outcome).inc()

    def address_refused(self, delivery: Delivery, channel: str, reason: str) -> None:
        if _is_to_group(delivery):
            return
        region = self.region_of(delivery.person) or delivery.region
        self._record(delivery, "refused", channel, RecordRefusal(channel, delivery.id, reason, region))

    def person_reached(self, delivery: Delivery, channel: str) -> None:
        if not _is_to_group(delivery) and self.in_doubt(delivery.person):
            self._record(delivery, "reached", channel, RecordReached(channel))

    def _record(self, delivery: Delivery, what: str, channel: str, command: Command) -> None:
        command_id = derived_id(ACTOR, what, delivery.id, channel, str(delivery.reopened))
        meta = Metadata(correlation=delivery.fact, actor=ACTOR)
        self.commands.take(CONTACT, CommandEnvelope(command, delivery.person, command_id, meta))


def _is_to_group(delivery: Delivery) -> bool:
    """A chat group is nobody's contact: no coordinator can put it right with a member."""
    return delivery.kind == Kind.LECTURE_ANNOUNCED
