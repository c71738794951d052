from datetime import timedelta

from services.events.domain.activity import ActivityRescheduled
from services.events.domain.venue import VENUE, AskAgain
from services.events.processes.host_follow_up import HOST_FOLLOW_UP
from services.kernel.declare.process import Dispatch
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import planned, published, recorded
from tests.unit.events.sample_times import END, START

STREAM = "gathering-a"
DAY = timedelta(days=1)
MOVED = recorded(STREAM, ActivityRescheduled(START + DAY, END + DAY, START, KEDIRI, published=True))


def test_the_host_is_asked_again_when_the_activity_moves() -> None:
    plan = recorded(STREAM, planned())
    assert HOST_FOLLOW_UP.concerned(plan) == HOST_FOLLOW_UP.concerned(MOVED) == ["a"]
    state = HOST_FOLLOW_UP.reaction({}, plan).state
    assert HOST_FOLLOW_UP.reaction(state, MOVED).commands == [Dispatch(VENUE, "venue-1", AskAgain("a"))]


def test_an_activity_without_a_venue_asks_nobody_when_it_moves() -> None:
    assert not HOST_FOLLOW_UP.reaction({}, MOVED).commands
    assert not HOST_FOLLOW_UP.concerned(recorded(STREAM, published()))
