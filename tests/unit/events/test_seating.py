from datetime import timedelta

from services.events.domain.activity import ActivityCancelled, ActivityRescheduled, CapacityChanged
from services.events.domain.seats import SEATS, CloseRegistration, MoveClosing, OpenSeats, ResizeSeats, SeatTaken
from services.events.processes.seating import SEATING
from services.kernel.declare.process import DeadlinePassed, Dispatch
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import NOW, planned, published, recorded
from tests.unit.events.sample_times import END, START

STREAM = "gathering-a"
LATER = START + timedelta(days=1)


def test_a_published_activity_has_open_seats_until_its_start() -> None:
    fact = recorded(STREAM, published())
    assert SEATING.concerned(fact) == ["a"]
    reaction = SEATING.react({}, fact)
    assert reaction.commands == [Dispatch(SEATS, "a", OpenSeats(12, START, KEDIRI))]
    assert reaction.deadlines == {"start": START}


def test_a_new_start_moves_the_deadline() -> None:
    fact = recorded(STREAM, ActivityRescheduled(LATER, END + timedelta(days=1), START, KEDIRI, published=True))
    assert SEATING.concerned(fact) == ["a"]
    reaction = SEATING.react({}, fact)
    assert reaction.commands == [Dispatch(SEATS, "a", MoveClosing(LATER))]
    assert reaction.deadlines == {"start": LATER}


def test_a_cancellation_closes_the_seats_and_withdraws_the_deadline() -> None:
    reaction = SEATING.react({}, recorded(STREAM, ActivityCancelled("rain", "t", KEDIRI, published=True)))
    assert reaction.commands == [Dispatch(SEATS, "a", CloseRegistration(NOW, "cancelled"))]
    assert not reaction.deadlines


def test_the_deadline_closes_registration_as_of_the_start_however_late_it_is_noticed() -> None:
    passed = recorded("deadlines-seating-a", DeadlinePassed("seating", "a", "start", START), at=END)
    assert SEATING.concerned(passed) == ["a"]
    assert SEATING.react({}, passed).commands == [Dispatch(SEATS, "a", CloseRegistration(START, "started"))]


def test_seating_ignores_plans_and_events_of_seats() -> None:
    moved = ActivityRescheduled(LATER, END + timedelta(days=1), START, KEDIRI, published=False)
    dropped = ActivityCancelled("rain", "t", KEDIRI, published=False)
    for event in (planned(), moved, dropped, SeatTaken("ani", KEDIRI)):
        assert not SEATING.concerned(recorded(STREAM, event))


def test_seats_follow_another_capacity_and_the_deadline_stays() -> None:
    changed = recorded(STREAM, CapacityChanged(14, START, published=True))
    assert SEATING.concerned(changed) == ["a"]
    reaction = SEATING.react({}, changed)
    assert reaction.commands == [Dispatch(SEATS, "a", ResizeSeats(14))]
    assert reaction.deadlines == {"start": START}
    assert not SEATING.concerned(recorded(STREAM, CapacityChanged(14, START, published=False)))
