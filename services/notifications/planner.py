"""From a planned message to one delivery for each person and channel: the deliverer's first half, a reader of the own log.

What it does is derived from the event alone, but for what is looked up at that moment: whose a guest's id has become, how
people want to be told, and whether it is quiet. Repeating it after a crash changes nothing, nor does reading the whole
log again: a delivery that stands is left as it is, so a rewound checkpoint sends nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pymongo.errors import PyMongoError

from services.kernel.bell import Bell
from services.kernel.clock import Clock
from services.kernel.message import Fact, Recorded
from services.kernel.parking import Parking, Unread
from services.kernel.reader import Checkpoints, LostCheckpoint, Source
from services.notifications.delivery import GATHERED, UNWANTED, Delivery, delivery_id
from services.notifications.delivery_store import Deliveries
from services.notifications.domain.contact import EMAIL, TELEGRAM
from services.notifications.domain.message import Kind, MessagePlanned
from services.notifications.domain.preference import Preference, PreferenceChosen, wishes_of
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.resending import ResendAsked

log = logging.getLogger(__name__)
BATCH = 16
"""Messages in one step, each with up to 500 people."""
ROUNDS = 8
"""Quiet hours that follow each other are followed this far: those that still go on then leave no hour at all."""

Hours = Callable[[Sequence[str], datetime], Mapping[str, Sequence[QuietHours]]]
Ties = Callable[[Sequence[str]], Mapping[str, str]]
Preferences = Callable[[Sequence[str]], Mapping[str, Preference]]


@dataclass(frozen=True)
class Surroundings:
    """What the planner looks up. ``hours(people, now)`` are the quiet hours in force for each, ``ties(ids)`` maps those ids
    that were a guest's to the person's, ``preferences(people)`` is how each wants to be told; ``channels`` are those of
    this installation.
    """

    hours: Hours
    ties: Ties
    preferences: Preferences
    channels: Sequence[str] = (EMAIL,)


class DeliveryPlanner:
    """Makes deliveries, and takes back or reopens them as the log says."""

    def __init__(self, deliveries: Deliveries, clock: Clock, surroundings: Surroundings) -> None:
        self._deliveries = deliveries
        self._clock = clock
        self._surroundings = surroundings

    def prepare(self) -> None:
        """Create the indexes of what it writes; harmless when they stand. Raises ``PyMongoError``."""
        self._deliveries.prepare()

    def plan(self, recorded: Recorded) -> int:
        """Do what an event asks for; answers how many deliveries are to be sent anew. Raises ``PyMongoError``."""
        match recorded.event:
            case MessagePlanned(chat=chat) as message if chat is not None:
                return self._deliveries.plan([self._delivery(recorded, message, message.people[0], TELEGRAM)])
            case MessagePlanned(kind=Kind.DIGEST) as message:
                return self._plan_digest(recorded, message)
            case MessagePlanned() as message:
                return self._plan_message(recorded, message)
            case ResendAsked(delivery=delivery):
                self._deliveries.reopen(delivery, recorded.position, self._clock.now(), datetime.now(UTC))
                return 1
            case PreferenceChosen() as chosen:
                self._await_digest(recorded.stream_id, chosen)
                return 1
        return 0

    def _plan_message(self, recorded: Recorded, message: MessagePlanned) -> int:
        ties = self._surroundings.ties(message.people)
        people = list(dict.fromkeys(ties.get(person, person) for person in message.people))
        if message.kind in {Kind.ANNOUNCEMENT_CORRECTED, Kind.ANNOUNCEMENT_WITHDRAWN}:
            people = self._still_concerned(message, people)
        now = self._clock.now()
        preferences = self._surroundings.preferences(people)
        hours = self._surroundings.hours(people, now)
        return self._deliveries.plan(
            [
                delivery
                for person in people
                for delivery in self._for_person(recorded, message, person, preferences[person], hours[person])
            ]
        )

    def _still_concerned(self, message: MessagePlanned, people: list[str]) -> list[str]:
        """Take back the announcement's earlier texts; answers whom this one concerns then.

        What is withdrawn before somebody heard of it is nothing to them; what is corrected, is.
        """
        announcement = message.announcement or ""
        withdrawn = message.kind is Kind.ANNOUNCEMENT_WITHDRAWN
        reason = "withdrawn" if withdrawn else "corrected"
        self._deliveries.take_back(announcement, message.fact, self._clock.now(), reason)
        if not withdrawn:
            return people
        told = self._deliveries.told(announcement, message.fact, people)
        return [person for person in people if person in told]

    def _for_person(
        self,
        recorded: Recorded,
        message: MessagePlanned,
        person: str,
        preference: Preference,
        hours: Sequence[QuietHours],
    ) -> list[Delivery]:
        """One delivery for each channel that the person wishes for; one that is not wished for says so when it is its turn."""
        wished = [name for name in preference.channels if name in self._surroundings.channels]
        if (hour := self._digest_of(message, preference)) is not None:
            line = self._delivery(recorded, message, person, (wished or [EMAIL])[0])
            return [replace(line, state=GATHERED, not_before=hour, held_until=None)]
        if message.urgent:
            wished = [EMAIL]  # asked for just now, with an address at hand; without one it goes wherever it can
        return [
            self._delivery(recorded, message, person, name, hours, alone=len(wished) < 2) for name in wished or [EMAIL]
        ]

    def _digest_of(self, message: MessagePlanned, preference: Preference) -> datetime | None:
        """The hour of the digest that it waits for: None for what would be worth nothing by then, and what is silenced."""
        if message.urgent or not preference.channels or not preference.gathers(message.kind):
            return None
        if preference.silences(message.kind, message.region) is not None:
            return None
        hour = preference.next_digest(self._clock.now())
        return hour if hour < message.worth_until else None

    def _await_digest(self, person: str, chosen: PreferenceChosen) -> None:
        """What was gathered waits for the hour that is wished for now; without a digest it is told at once."""
        now, wishes = self._clock.now(), wishes_of(chosen)
        self._deliveries.await_digest(person, Preference(wishes).next_digest(now) if wishes.gathered else now, now)

    def _plan_digest(self, recorded: Recorded, message: MessagePlanned) -> int:
        """One letter with what was gathered up to now and is wished for still; none where nothing is."""
        [person] = message.people
        if self._deliveries.stands(person, recorded.stream_id):
            return 0  # read again: what was gathered since is for the next one
        now = self._clock.now()
        self._deliveries.bundle(person, recorded.stream_id, now)
        preference = self._surroundings.preferences([person])[person]
        left = 0
        for line in self._deliveries.lines(person, recorded.stream_id):
            if (silenced := preference.silences(Kind(line.kind), line.region)) is None:
                left += 1
            else:
                self._deliveries.leave_out(line.id, UNWANTED, now, silenced)
        if not left:
            return 0
        hours = self._surroundings.hours([person], now)[person]
        wished = [name for name in preference.channels if name in self._surroundings.channels]
        return self._deliveries.plan([self._delivery(recorded, message, person, (wished or [EMAIL])[0], hours)])

    def _delivery(
        self,
        recorded: Recorded,
        message: MessagePlanned,
        person: str,
        channel: str,
        hours: Sequence[QuietHours] = (),
        *,
        alone: bool = True,
    ) -> Delivery:
        now = self._clock.now()
        not_before, held_until = release(message.urgent, message.worth_until, now, hours)
        return Delivery(
            id=delivery_id(message.fact, person, channel),
            fact=message.fact,
            person=person,
            channel=channel,
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
            announcement=message.announcement,
            alone=alone,
        )


def release(
    urgent: bool, worth_until: datetime, now: datetime, hours: Sequence[QuietHours], held: datetime | None = None
) -> tuple[datetime, datetime | None]:
    """When it may be sent, and until when it is held for that, None where it is not. ``held`` is until when it was before.

    Held, not dropped: what would be worth nothing after the quiet hours is not held over them. Where quiet hours follow
    each other without a gap, it is sent at the end of those it fell into.
    """
    ends = [now]
    while len(ends) <= ROUNDS:
        later = max((quiet.release(ends[-1]) for quiet in hours), default=now)
        if later <= ends[-1]:
            break
        ends.append(later)
    without_a_gap = len(ends) > ROUNDS
    if without_a_gap and held is not None and held <= now:
        return now, None
    end = ends[1] if without_a_gap else ends[-1]
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
        self._unread = Unread(parking, self.name)
        self._planned = planned
        self._position: int | None = None

    def step(self, lease: int) -> int:
        try:
            self._planner.prepare()
            if self._position is None:
                self._position = self._checkpoints.position(self.name, lease)
            # A message is a stream of its own, so nothing waits behind one that was parked.
            done = retried = self._unread.take_marked(lease, self._source, self._plan)
            batch = self._source.batch(self._position, BATCH)
            read = (self._unread.read(item) for item in batch.items)
            fresh = sum(self._plan(event) for event in read if event is not None)
            if batch.last != self._position:
                self._checkpoints.move(self.name, lease, self._position, batch.last)
                done += batch.last - self._position
                self._position = batch.last
        except (PyMongoError, LostCheckpoint):
            self._position = None
            raise
        if fresh or retried:
            self._planned.ring()
        return done

    def lag(self) -> int:
        return self._source.head() - (self._position or 0)

    def bell(self) -> Bell:
        return self._source.bell()

    def _plan(self, event: Recorded | Fact) -> int:
        return self._planner.plan(event) if isinstance(event, Recorded) else 0
