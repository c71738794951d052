"""The seats of somebody who is erased go to those who come next, whichever was heard first."""

from datetime import UTC, datetime

from services.events.domain.seats import PlacedInLine, ReleaseSeat, SeatReleased, SeatTaken
from services.events.processes.departure import DEPARTURE
from services.kernel.base.message import Fact, Metadata, Recorded

AT = datetime(2026, 3, 2, tzinfo=UTC)
ERASED = Fact(
    "members",
    "e",
    1,
    "f",
    "member-erased",
    1,
    "ani",
    "nganjuk",
    AT,
    {"person": "ani", "ids": ["ani", "guest-1"]},
    "c",
    1,
)


def seat(activity, event):
    return Recorded(1, 0, f"seats-{activity}", 1, "event", event, AT, AT, Metadata("c"))


def play(*facts):
    state, issued = {}, []
    for fact in facts:
        reaction = DEPARTURE.reaction(state, fact)
        state = reaction.state
        issued += [(dispatch.identity, dispatch.command) for dispatch in reaction.commands]
    return issued


def test_an_erasure_concerns_every_id_of_the_person():
    assert list(DEPARTURE.concerned(ERASED)) == ["ani", "guest-1"]


def test_seats_and_places_in_line_are_released_and_those_given_back_before_are_not():
    taken = [seat(activity, SeatTaken("ani", "nganjuk")) for activity in ("a", "b")]
    lined = seat("c", PlacedInLine("ani", 1, "nganjuk"))
    back = seat("a", SeatReleased("ani", "taken", "nganjuk"))
    assert play(*taken, lined, back, ERASED) == [("b", ReleaseSeat("ani", AT)), ("c", ReleaseSeat("ani", AT))]


def test_a_seat_that_is_heard_of_after_the_erasure_is_released_too():
    assert play(ERASED, seat("a", SeatTaken("ani", "nganjuk"))) == [("a", ReleaseSeat("ani", AT))]


def test_an_erased_person_without_a_seat_releases_none():
    assert play(ERASED) == []
