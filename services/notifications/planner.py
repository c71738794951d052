"""From a planned message to one delivery for each person: the deliverer's first half, a reader of the own log.

What it does is derived from the event alone, but for two things looked up at that moment: whose a guest's id has become,
and whether it is quiet. Repeating it after a crash changes nothing, nor does reading the whole log again: a delivery
that stands is left as it is, so a rewound checkpoint sends nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from pymongo.errors import PyMongoError

from services.kernel.bell import Bell
from services.kernel.clock import Clock
from services.kernel.message import Recorded
from services.kernel.parking import ParkedFact, Parking, describe, parked_now
from services.kernel.reader import Checkpoints, Item, LostCheckpoint, Source
from services.kernel.registry import Unreadable
from services.notifications.deliveries import EMAIL, Deliveries, Delivery, delivery_id
from services.notifications.domain.message import MessagePlanned
from services.notifications.domain.quiet_hours import QuietHours

log = logging.getLogger(__name__)
BATCH = 16
"""Messages in one step, each with up to 500 people."""

Hours = Callable[[datetime], QuietHours]
Ties = Callable[[Sequence[str]], Mapping[str, str]]


class DeliveryPlanner:
    """``hours(now)`` are the quiet hours in force, ``ties(ids)`` maps those ids that were a guest's to the person's."""

    def __init__(self, deliveries: Deliveries, clock: Clock, hours: Hours, ties: Ties) -> None:
        self._deliveries = deliveries
        self._clock = clock
        self._hours = hours
        self._ties = ties

    def prepare(self) -> None:
        """Create the indexes of what it writes; harmless when they stand. Raises ``PyMongoError``."""
        self._deliveries.prepare()

    def plan(self, recorded: Recorded) -> int:
        """Make the deliveries of one message; answers how many are new, 0 for any other event. Raises ``PyMongoError``."""
        message = recorded.event
        if not isinstance(message, MessagePlanned):
            return 0
        now = self._clock.now()
        not_before, held_until = release(message.urgent, message.worth_until, now, self._hours(now))
        ties = self._ties(message.people)
        people = dict.fromkeys(ties.get(person, person) for person in message.people)
        return self._deliveries.plan(
            [
                Delivery(
                    id=delivery_id(message.fact, person, EMAIL),
                    fact=message.fact,
                    person=person,
                    channel=EMAIL,
                    message=recorded.stream_id,
                    kind=message.kind,
                    urgent=message.urgent,
                    planned=now,
                    not_before=not_before,
                    held_until=held_until,
                    worth_until=message.worth_until,
                    retry_at=datetime.now(UTC),
                    activity=message.activity,
                    region=message.region,
                )
                for person in people
            ]
        )


def release(urgent: bool, worth_until: datetime, now: datetime, hours: QuietHours) -> tuple[datetime, datetime | None]:
    """When it may be sent, and until when it is held for that, None where it is not.

    Held, not dropped: what would be worth nothing after the quiet hours is not held over them.
    """
    end = hours.release(now)
    if urgent or end <= now or end >= worth_until:
        return now, None
    return end, end


class PlanningReader:
    """Runs the planner over the commits. An event that cannot be read is parked; a retry is the planner's own business."""

    name = "deliveries"

    def __init__(
        self,
        planner: DeliveryPlanner,
        source: Source,
        checkpoints: Checkpoints,
        parking: Parking,
        *,
        planned: Bell,
    ) -> None:
        self._planner = planner
        self._source = source
        self._checkpoints = checkpoints
        self._parking = parking
        self._planned = planned
        self._position: int | None = None

    def step(self, lease: int) -> int:
        try:
            self._planner.prepare()
            if self._position is None:
                self._position = self._checkpoints.position(self.name, lease)
            done = self._retry()
            batch = self._source.batch(self._position, BATCH)
            fresh = sum(self._take(item) for item in batch.items)
            if batch.last != self._position:
                self._checkpoints.move(self.name, lease, self._position, batch.last)
                done += batch.last - self._position
                self._position = batch.last
        except (PyMongoError, LostCheckpoint):
            self._position = None
            raise
        if fresh:
            self._planned.ring()
        return done

    def lag(self) -> int:
        return self._source.head() - (self._position or 0)

    def bell(self) -> Bell:
        return self._source.bell()

    def _take(self, item: Item) -> int:
        try:
            recorded = item.load()
        except Unreadable as error:
            log.exception("parked", extra={"reader": self.name, "position": item.position})
            parked = ParkedFact(
                self.name, self._source.name, item.position, item.index, item.stream, describe(error), parked_now()
            )
            self._parking.park([parked])
            return 0
        return self._planner.plan(recorded) if isinstance(recorded, Recorded) else 0

    def _retry(self) -> int:
        """Take again what an operator has marked. A message is a stream of its own, so nothing waits behind it."""
        marked = self._parking.marked(self.name)
        for parked in marked:
            found = self._source.batch(parked.position - 1, 1).items
            item = next(item for item in found if item.index == parked.index)
            try:
                recorded = item.load()
            except Unreadable:
                self._parking.unmark(self.name, parked.key)
                continue
            if isinstance(recorded, Recorded):
                self._planner.plan(recorded)
            self._parking.done([parked])
        return len(marked)
