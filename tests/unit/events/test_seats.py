from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.contract import REGISTRY, tell
from services.events.domain.seats import (
    SEATS,
    CloseRegistration,
    ClosingMoved,
    MoveClosing,
    OpenSeats,
    PlacedInLine,
    RegistrationClosed,
    ReleaseSeat,
    ResizeSeats,
    SeatPromoted,
    SeatReleased,
    SeatsCommand,
    SeatsOpened,
    SeatsResized,
    SeatTaken,
    TakeSeat,
)
from services.events.processes.seat_filling import SEAT_FILLING
from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Event, Metadata
from services.kernel.base.problem import Refused, Unavailable
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.declare.process import Stateless
from services.kernel.log.log import Append, NewEvent
from services.kernel.log.memory_log import MemoryLog
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import NOW
from tests.unit.events.sample_times import START

OPENED = SeatsOpened(2, START, KEDIRI)
FULL = (OPENED, SeatTaken("ani", KEDIRI), SeatTaken("budi", KEDIRI))
LINED = (*FULL, PlacedInLine("citra", 1, KEDIRI), PlacedInLine("dewi", 2, KEDIRI))


def take(person: str, at: object = NOW, activity: str = "published") -> TakeSeat:
    return TakeSeat(person, at, activity)  # type: ignore[arg-type]


def test_seats_are_opened_once() -> None:
    given(SEATS).when(OpenSeats(2, START, KEDIRI)).then(OPENED)
    given(SEATS, OPENED).when(OpenSeats(3, START, KEDIRI)).then()


def test_whoever_comes_first_has_a_seat_and_the_others_stand_in_line_in_order() -> None:
    given(SEATS, OPENED).when(take("ani")).then(SeatTaken("ani", KEDIRI))
    given(SEATS, *FULL).when(take("citra")).then(PlacedInLine("citra", 1, KEDIRI))
    given(SEATS, *LINED).when(take("eka")).then(PlacedInLine("eka", 3, KEDIRI))


def test_registering_twice_changes_nothing() -> None:
    given(SEATS, *LINED).when(take("ani")).then()
    given(SEATS, *LINED).when(take("dewi")).then()
    assert given(SEATS, *LINED).state.place_in_line("dewi") == 2


def test_a_seat_given_back_is_the_first_in_lines_in_the_same_commit() -> None:
    released = SeatReleased("ani", "taken", KEDIRI)
    given(SEATS, *LINED).when(ReleaseSeat("ani", NOW)).then(released, SeatPromoted("citra", KEDIRI))
    given(SEATS, *FULL).when(ReleaseSeat("ani", NOW)).then(released)


def test_leaving_the_line_moves_the_others_up_and_promotes_nobody() -> None:
    left = SeatReleased("citra", "line", KEDIRI)
    given(SEATS, *LINED).when(ReleaseSeat("citra", NOW)).then(left)
    after = given(SEATS, *LINED, left).state
    assert (after.taken, after.line, after.place_in_line("dewi")) == (("ani", "budi"), ("dewi",), 1)


def test_releasing_a_seat_not_held_changes_nothing() -> None:
    given(SEATS, *FULL).when(ReleaseSeat("nobody", NOW)).then()
    given(SEATS).when(ReleaseSeat("ani", NOW)).then()


def test_a_person_who_registers_again_goes_to_the_end_of_the_line() -> None:
    history = (*LINED, SeatReleased("ani", "taken", KEDIRI), SeatPromoted("citra", KEDIRI))
    given(SEATS, *history).when(take("ani")).then(PlacedInLine("ani", 2, KEDIRI))


def test_from_the_start_on_nobody_registers_or_gives_back_even_before_the_deadline_is_noticed() -> None:
    given(SEATS, *LINED).when(take("eka", START)).refused("registration-closed")
    given(SEATS, *LINED).when(ReleaseSeat("ani", START)).refused("registration-closed")
    given(SEATS, *LINED).when(ReleaseSeat("citra", START)).refused("registration-closed")
    given(SEATS, *LINED, RegistrationClosed("started")).when(take("eka")).refused("registration-closed")


def test_a_registered_person_gets_the_same_answer_after_closing() -> None:
    given(SEATS, *LINED, RegistrationClosed("started")).when(take("ani", START)).then()


def test_registration_closes_at_the_start_once() -> None:
    close = CloseRegistration(START, "started")
    given(SEATS, OPENED).when(close).then(RegistrationClosed("started"))
    given(SEATS, OPENED, RegistrationClosed("started")).when(close).then()
    given(SEATS).when(close).then()


def test_a_deadline_of_a_start_that_was_moved_closes_nothing() -> None:
    moved = ClosingMoved(START + timedelta(days=1))
    given(SEATS, OPENED, moved).when(CloseRegistration(START, "started")).then()


def test_moving_the_start_moves_the_closing_and_opens_again_what_the_former_start_had_closed() -> None:
    later = START + timedelta(days=1)
    given(SEATS, OPENED).when(MoveClosing(later)).then(ClosingMoved(later))
    given(SEATS, OPENED).when(MoveClosing(START)).then()
    reopened = given(SEATS, OPENED, RegistrationClosed("started"), ClosingMoved(later))
    reopened.when(take("ani", START)).then(SeatTaken("ani", KEDIRI))


def test_seats_of_a_cancelled_activity_stay_closed() -> None:
    cancelled = (OPENED, RegistrationClosed("cancelled"))
    given(SEATS, *cancelled).when(take("ani")).refused("registration-closed")
    given(SEATS, *cancelled).when(MoveClosing(START + timedelta(days=1))).then()
    given(SEATS, *cancelled).when(CloseRegistration(START, "started")).then()
    given(SEATS, OPENED, RegistrationClosed("started")).when(CloseRegistration(NOW, "cancelled")).then(
        RegistrationClosed("cancelled")
    )


def test_an_activity_that_takes_no_registrations_says_why() -> None:
    given(SEATS).when(take("ani", activity="planned")).refused("not-published-yet")
    given(SEATS, OPENED).when(take("ani", activity="cancelled")).refused("activity-cancelled")
    given(SEATS, OPENED).when(take("ani", activity="completed")).refused("registration-closed")


def test_a_registration_before_the_seats_are_open_is_to_be_repeated() -> None:
    with pytest.raises(Unavailable):
        given(SEATS).when(take("ani"))


def test_more_seats_promote_the_first_in_line_and_fewer_seats_take_none_away() -> None:
    one = SeatsOpened(1, START, KEDIRI)
    waiting = (one, SeatTaken("ani", KEDIRI), *(PlacedInLine(name, n, KEDIRI) for n, name in enumerate("bcd", start=1)))
    more = (SeatsResized(3), SeatPromoted("b", KEDIRI), SeatPromoted("c", KEDIRI))
    given(SEATS, *waiting).when(ResizeSeats(3)).then(*more)
    given(SEATS, *waiting, *more).when(ResizeSeats(1)).then(SeatsResized(1))
    fewer = given(SEATS, *waiting, *more, SeatsResized(1))
    fewer.when(ReleaseSeat("ani", NOW)).then(SeatReleased("ani", "taken", KEDIRI))
    given(SEATS, *waiting, RegistrationClosed("started")).when(ResizeSeats(9)).then()
    given(SEATS, *waiting).when(ResizeSeats(1)).then()


def test_a_thousand_in_line_get_their_seats_in_steps_that_fit_into_a_commit_and_in_order() -> None:
    line = [f"p{n}" for n in range(1000)]
    log = MemoryLog("events", REGISTRY)
    commands = Commands(log, FixedClock(NOW), tell)
    history = [SeatsOpened(1, START, KEDIRI), SeatTaken("ani", KEDIRI)]
    history += [PlacedInLine(person, n, KEDIRI) for n, person in enumerate(line, start=1)]
    for n in range(0, len(history), 900):
        events = tuple(NewEvent(f"e{n}-{k}", event) for k, event in enumerate(history[n : n + 900]))
        log.append(Append(f"history{n}", NOW, Metadata("c"), stream="seats-a", expected=n, events=events))

    def give(command: SeatsCommand, key: str) -> None:
        commands.take(SEATS, CommandEnvelope(command, "a", key, Metadata("c")))

    give(ResizeSeats(1001), "resize")
    give(take("late"), "late")  # behind the line, although seats are free
    position = 0
    while commits := log.read(position, 1):  # what the manager does
        position = commits[0].position
        for recorded in log.recorded(commits[0]):
            for instance in SEAT_FILLING.concerned(recorded):
                assert instance == "a"
                for n, dispatch in enumerate(SEAT_FILLING.react(Stateless(), recorded).commands):
                    give(dispatch.command, f"{recorded.id}-{n}")
    seats, _ = commands.state(SEATS, "a")
    assert seats is not None
    assert (seats.taken, seats.line) == (("ani", *line), ("late",))
    assert max(len(commit.events) for commit in log.read(0, 5000)) <= 999


def test_a_stranger_takes_a_seat_only_where_it_is_open() -> None:
    stranger = replace(take("guest-1"), stranger=True)
    given(SEATS, OPENED).when(stranger).refused("members-only")
    given(SEATS, OPENED).when(replace(stranger, open=True)).then(SeatTaken("guest-1", KEDIRI))


PEOPLE = st.sampled_from([f"p{n}" for n in range(12)])
MOMENTS = st.sampled_from([NOW, START - timedelta(seconds=1), START])
COMMANDS = st.one_of(
    st.builds(take, PEOPLE, MOMENTS),
    st.builds(take, PEOPLE),
    st.builds(ReleaseSeat, PEOPLE, st.just(NOW)),
    st.just(CloseRegistration(START, "started")),
    st.builds(MoveClosing, st.sampled_from([START, START + timedelta(days=1)])),
    st.builds(ResizeSeats, st.integers(1, 6)),
)


@given_any(st.integers(1, 5), st.lists(COMMANDS, max_size=60))
def test_seats_never_exceed_capacity_and_promotion_is_strictly_first_come_first_served(
    capacity: int, commands: list[SeatsCommand]
) -> None:
    state = SEATS.evolve(SEATS.initial, SeatsOpened(capacity, START, KEDIRI))
    waiting: list[str] = []
    for command in commands:
        try:
            events = SEATS.decide(command, state)
        except Refused:
            continue
        before = len(state.taken)
        for event in events:
            state = SEATS.evolve(state, event)
            waiting = _next_in_line(waiting, event)
        assert len(state.taken) <= max(state.capacity, before)
        assert list(state.line) == waiting
        assert not (state.line and len(state.taken) < state.capacity), "a free seat while somebody waits"
        assert len({*state.taken, *state.line}) == len(state.taken) + len(state.line)


def _next_in_line(waiting: list[str], event: Event) -> list[str]:
    """The line as somebody at the door would keep it, on paper."""
    match event:
        case PlacedInLine(person=person, place=place):
            assert place == len(waiting) + 1
            return [*waiting, person]
        case SeatPromoted(person=person):
            assert person == waiting[0]
            return waiting[1:]
        case SeatReleased(person=person):
            return [one for one in waiting if one != person]
    return waiting
