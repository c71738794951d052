"""Plans one delivery for each person and channel of a message: the first half of delivering, before the sender.

Deliveries follow from the event and from three lookups at that moment: members that guests turned out to be, preferences, and
quiet hours. A repetition after a crash, or of the whole log, changes nothing: a stored delivery is left as it is, so a rewound
checkpoint sends nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pymongo.errors import PyMongoError

from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock
from services.kernel.base.message import Fact, Recorded
from services.kernel.readers.parking import Parking, ParkingReader
from services.kernel.readers.reader import Checkpoints, LostCheckpoint, Source
from services.notifications.domain.contact import EMAIL, TELEGRAM
from services.notifications.domain.message import Kind, MessagePlanned
from services.notifications.domain.preference import Preference, PreferenceChosen, wishes_of
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.resending import ResendAsked
from services.notifications.sending.delivery import GATHERED, UNWANTED, Delivery, delivery_id
from services.notifications.sending.delivery_store import Deliveries

log = logging.getLogger(__name__)
BATCH = 16
"""Messages in one step, each with up to 500 people."""
ROUNDS = 8
"""At most so many adjacent quiet periods are chained; longer chains count as quiet hours without a gap."""

Hours = Callable[[Sequence[str], datetime], Mapping[str, Sequence[QuietHours]]]
Ties = Callable[[Sequence[str]], Mapping[str, str]]
Preferences = Callable[[Sequence[str]], Mapping[str, Preference]]


@dataclass(frozen=True)
class Lookups:
    """The planner's lookups. ``hours(people, now)`` answers each person's quiet hours in force, ``ties(ids)`` maps ids of guests who
    became members to the members' ids, ``preferences(people)`` maps people to preferences. ``channels`` are those of this
    installation.
    """

    hours: Hours
    ties: Ties
    preferences: Preferences
    channels: Sequence[str] = (EMAIL,)


class DeliveryPlanner:
    """Plans deliveries, takes deliveries back and reopens them, as events of the log ask."""

    def __init__(self, deliveries: Deliveries, clock: Clock, lookups: Lookups) -> None:
        self._deliveries = deliveries
        self._clock = clock
        self._lookups = lookups

    def prepare(self) -> None:
        """Create the indexes of the deliveries; existing indexes stay. Raises ``PyMongoError``."""
        self._deliveries.prepare()

    def plan(self, recorded: Recorded) -> int:
        """Plan the deliveries that an event asks for. Answers the number of deliveries to be sent. Raises ``PyMongoError``."""
        match recorded.event:
            case MessagePlanned(chat=chat) as message if chat is not None:
                return self._deliveries.plan_deliveries(
                    [self._delivery(recorded, message, message.people[0], TELEGRAM)]
                )
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
        ties = self._lookups.ties(message.people)
        people = list(dict.fromkeys(ties.get(person, person) for person in message.people))
        if message.kind in {Kind.ANNOUNCEMENT_CORRECTED, Kind.ANNOUNCEMENT_WITHDRAWN}:
            people = self._still_concerned(message, people)
        now = self._clock.now()
        preferences = self._lookups.preferences(people)
        hours = self._lookups.hours(people, now)
        return self._deliveries.plan_deliveries(
            [
                delivery
                for person in people
                for delivery in self._for_person(recorded, message, person, preferences[person], hours[person])
            ]
        )

    def _still_concerned(self, message: MessagePlanned, people: list[str]) -> list[str]:
        """Take back the announcement's earlier texts. Answers the people to tell: of a correction all people, of a withdrawal the
        people who were told of the announcement.
        """
        announcement = message.announcement or ""
        withdrawn = message.kind is Kind.ANNOUNCEMENT_WITHDRAWN
        reason = "withdrawn" if withdrawn else "corrected"
        self._deliveries.take_back(announcement, message.fact, self._clock.now(), reason)
        if not withdrawn:
            return people
        told = self._deliveries.already_told(announcement, message.fact, people)
        return [person for person in people if person in told]

    def _for_person(
        self,
        recorded: Recorded,
        message: MessagePlanned,
        person: str,
        preference: Preference,
        hours: Sequence[QuietHours],
    ) -> list[Delivery]:
        """One delivery for each channel that the person wishes for. Without a channel the delivery is planned by e-mail, and the sender
        records it as unwanted.
        """
        wished = [name for name in preference.channels if name in self._lookups.channels]
        if (hour := self._digest_of(message, preference)) is not None:
            line = self._delivery(recorded, message, person, (wished or [EMAIL])[0])
            return [replace(line, state=GATHERED, not_before=hour, held_until=None)]
        if message.urgent:
            wished = [
                EMAIL
            ]  # asked for just now, mostly with an e-mail address at hand; the sender falls back to other channels
        return [
            self._delivery(recorded, message, person, name, hours, alone=len(wished) < 2) for name in wished or [EMAIL]
        ]

    def _digest_of(self, message: MessagePlanned, preference: Preference) -> datetime | None:
        """The hour of the digest that gathers the message; None for a message that is sent singly, expires earlier or is silenced."""
        if message.urgent or not preference.channels or not preference.gathers(message.kind):
            return None
        if preference.silences(message.kind, message.region) is not None:
            return None
        hour = preference.next_digest(self._clock.now())
        return hour if hour < message.worth_until else None

    def _await_digest(self, person: str, chosen: PreferenceChosen) -> None:
        """Move a person's gathered lines to the new hour of the digest; without a digest the lines are due at once."""
        now, wishes = self._clock.now(), wishes_of(chosen)
        self._deliveries.await_digest(person, Preference(wishes).next_digest(now) if wishes.gathered else now, now)

    def _plan_digest(self, recorded: Recorded, message: MessagePlanned) -> int:
        """Plan one letter with the lines that were gathered so far and are still wished for; none without lines."""
        [person] = message.people
        if self._deliveries.is_planned(person, recorded.stream_id):
            return 0  # read again: lines that were gathered since are for the next digest
        now = self._clock.now()
        self._deliveries.bind_lines(person, recorded.stream_id, now)
        preference = self._lookups.preferences([person])[person]
        left = 0
        for line in self._deliveries.lines(person, recorded.stream_id):
            if (silenced := preference.silences(Kind(line.kind), line.region)) is None:
                left += 1
            else:
                self._deliveries.drop_line(line.id, UNWANTED, now, silenced)
        if not left:
            return 0
        hours = self._lookups.hours([person], now)[person]
        wished = [name for name in preference.channels if name in self._lookups.channels]
        return self._deliveries.plan_deliveries(
            [self._delivery(recorded, message, person, (wished or [EMAIL])[0], hours)]
        )

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
        not_before, held_until = sending_time(message.urgent, message.worth_until, now, hours)
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


def sending_time(
    urgent: bool, worth_until: datetime, now: datetime, hours: Sequence[QuietHours], held: datetime | None = None
) -> tuple[datetime, datetime | None]:
    """When a delivery may be sent, and until when quiet hours hold it (None outside quiet hours). ``held`` is the time until which it
    was held before.

    A delivery that would expire during the quiet hours is sent at once. If adjacent quiet periods leave no gap, a delivery is sent
    at the end of its first period.
    """
    ends = [now]
    while len(ends) <= ROUNDS:
        later = max((quiet.end_of_quiet(ends[-1]) for quiet in hours), default=now)
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
    """Runs the planner over the commits. An event that cannot be read is parked. ``planned`` rings for new deliveries."""

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
        self._unread = ParkingReader(parking, self.name)
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
