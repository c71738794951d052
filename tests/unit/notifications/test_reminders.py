"""Reminders: every seat, each offset, the start that holds."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as some

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import DeadlinePassed
from services.notifications.domain.message import PlanMessage
from services.notifications.processes.reminders import OFFSETS, REMINDERS
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START, STARTS, recorded

HOUR = timedelta(hours=1)


class Activity:
    """One activity's reminders, with a clock that fires its deadlines."""

    def __init__(self) -> None:
        self.now = START
        self.state: dict[str, Any] = {}
        self.deadlines: dict[str, datetime] = {}
        self.told: list[PlanMessage] = []
        self.fired = 0

    def hear(self, heard: Fact | Recorded) -> None:
        reaction = REMINDERS.reaction(self.state, heard)
        self.state, self.deadlines = dict(reaction.state), dict(reaction.deadlines)
        for dispatch in reaction.commands:
            assert isinstance(dispatch.command, PlanMessage)
            self.told.append(dispatch.command)

    def until(self, moment: datetime, late: timedelta = timedelta()) -> None:
        """Let time pass; what falls due on the way is fired, in its order, ``late`` behind its time."""
        self.now = moment
        while due := min((due, name) for name, due in self.deadlines.items()) if self.deadlines else None:
            if due[0] > moment:
                return
            self.fired += 1
            event = DeadlinePassed("reminders", "a", due[1], due[0])
            self.hear(recorded(event, "deadlines", max(due[0] + late, due[0]), self.fired))

    def reminders(self) -> Counter[tuple[str, str, str]]:
        """(person, fact, start) → how often it was told."""
        return Counter(
            (person, message.fact, {v.name: v.value for v in message.variables}["starts"])
            for message in self.told
            for person in message.people
        )


def published(*seats: str) -> Activity:
    activity = Activity()
    activity.hear(facts.published())
    for person in seats:
        activity.hear(facts.seat("taken", person))
    return activity


def reminder() -> PlanMessage:
    activity = published("sri")
    activity.until(STARTS)
    return activity.told[0]


def test_people_with_a_seat_are_reminded_at_each_offset() -> None:
    activity = published("sri")
    activity.until(STARTS)
    assert [message.people for message in activity.told] == [("sri",)] * len(OFFSETS)
    assert [message.worth_until for message in activity.told] == [STARTS - 24 * HOUR, STARTS - 2 * HOUR, STARTS]


def test_an_offset_that_passed_before_publication_has_no_deadline() -> None:
    activity = Activity()
    activity.hear(facts.published(starts=START + 3 * HOUR))
    activity.hear(facts.seat("taken", "sri"))
    assert list(activity.deadlines) == ["2"]


def test_a_new_time_moves_deadlines_and_reminds_of_the_new_start() -> None:
    activity = published("sri")
    activity.until(STARTS - 48 * HOUR)
    assert len(activity.told) == 1
    activity.hear(facts.fact("events.activity-rescheduled", "a", dict(_moved(STARTS + 240 * HOUR)), at=activity.now))
    activity.until(STARTS + 240 * HOUR)
    starts = [start for _, _, start in activity.reminders()]
    assert starts.count(STARTS.isoformat()) == 1
    assert starts.count((STARTS + 240 * HOUR).isoformat()) == 3


def _moved(starts: datetime) -> dict[str, Any]:
    return dict(facts.rescheduled(starts).data)


def test_no_reminder_after_cancellation_or_a_released_seat() -> None:
    activity = published("sri", "budi")
    activity.hear(facts.seat("released", "sri", why="cancelled"))
    activity.until(STARTS - 100 * HOUR)
    assert [message.people for message in activity.told] == [("budi",)]
    activity.hear(facts.cancelled())
    activity.until(STARTS)
    assert len(activity.told) == 1


def test_a_seat_taken_just_before_a_reminder_is_reminded() -> None:
    activity = published("sri")
    activity.hear(facts.fact("events.seat-taken", "a", {"activity": "a", "person": "budi"}, at=STARTS - 167 * HOUR))
    activity.until(STARTS - 100 * HOUR)
    assert [set(message.people) for message in activity.told] == [{"sri", "budi"}]


def test_a_seat_that_is_heard_of_after_the_reminder_is_reminded_at_once() -> None:
    activity = published("sri")
    activity.until(STARTS - 100 * HOUR)
    activity.hear(facts.seat("taken", "budi"))
    assert activity.told[-1].people == ("budi",)
    assert activity.told[-1].fact == activity.told[0].fact


def test_a_restored_start_repeats_no_passed_reminder() -> None:
    activity = published("sri")
    activity.until(STARTS - 100 * HOUR)
    for starts in (STARTS + 240 * HOUR, STARTS):  # heard of late: both were decided before the reminder's time
        activity.hear(facts.fact("events.activity-rescheduled", "a", _moved(starts), at=STARTS - 170 * HOUR))
    assert set(activity.deadlines) == {"24", "2"}
    activity.until(STARTS)
    assert set(activity.reminders().values()) == {1}


def test_a_reminder_that_comes_too_late_is_not_sent() -> None:
    activity = published("sri")
    activity.until(STARTS, late=timedelta(days=30))
    assert activity.told == []


PEOPLE = ("sri", "budi", "ani")
STEPS = some.one_of(
    some.tuples(some.just("wait"), some.integers(1, 200)),
    some.tuples(some.just("move"), some.integers(1, 500)),
    some.tuples(some.just("take"), some.sampled_from(PEOPLE)),
    some.tuples(some.just("release"), some.sampled_from(PEOPLE)),
    some.tuples(some.just("cancel"), some.none()),
)


class World:
    """What should happen: who has a seat, which start holds, and whom each passing hour owes a reminder."""

    def __init__(self) -> None:
        self.activity = published()
        self.seats: set[str] = set()
        self.starts = STARTS
        self.cancelled = False
        self.again: set[str] = set()  # whoever gave a seat back and took one again: told twice under one identity
        self.passed: set[tuple[datetime, int]] = set()
        self.owed: set[tuple[str, datetime, int]] = set()

    def wait(self, hours: int) -> None:
        before, after = self.activity.now, self.activity.now + hours * HOUR
        due = [offset for offset in OFFSETS if before < self.starts - offset * HOUR <= after and not self.cancelled]
        self.passed.update((self.starts, offset) for offset in due)
        self.owed.update((person, self.starts, offset) for person in self.seats for offset in due)
        self.activity.until(after)

    def move(self, hours: int) -> None:
        if not self.cancelled:
            self.starts = self.activity.now + hours * HOUR
            self.hear(facts.rescheduled(self.starts))

    def take(self, person: str) -> None:
        """A seat taken at the very moment of a reminder is one that is reminded."""
        now = [offset for starts, offset in self.passed if starts == self.starts == self.activity.now + offset * HOUR]
        if person not in self.seats and not self.cancelled:
            self.owed.update((person, self.starts, offset) for offset in now)
        self.seats.add(person)
        self.hear(facts.seat("taken", person))

    def release(self, person: str) -> None:
        self.again |= self.seats & {person}
        self.seats.discard(person)
        self.hear(facts.seat("released", person, why="cancelled"))

    def cancel(self, _: None) -> None:
        self.cancelled = True
        self.hear(facts.cancelled())

    def hear(self, fact: Fact) -> None:
        self.activity.hear(facts.fact(fact.name, "a", dict(fact.data), at=self.activity.now))


@settings(max_examples=150)
@given(some.lists(STEPS, max_size=25))
@example([("wait", 95), ("take", "sri")])
@example([("take", "sri"), ("wait", 95), ("release", "sri"), ("take", "sri")])
@example([("wait", 95), ("cancel", None), ("take", "sri")])
def test_each_seat_is_reminded_once_at_each_offset_of_the_present_start(
    steps: list[tuple[str, Any]],
) -> None:
    world = World()
    for step, what in steps:
        getattr(world, step)(what)
    world.wait(1000)
    told = world.activity.reminders()
    assert {count for reminder, count in told.items() if reminder[0] not in world.again} <= {1}
    assert Counter((person, start) for person, _, start in told) == Counter(
        (person, starts.isoformat()) for person, starts, _ in world.owed
    )
