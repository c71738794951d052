from dataclasses import replace
from datetime import timedelta

from services.events.domain.activity import ActivityCancelled, ActivityRescheduled
from services.events.domain.chat_group import CHAT_GROUP, BookChat, ChatBooked, ReleaseChat, WantFree, WantRestricted
from services.events.domain.lecture import LECTURE, CloseLecture, LectureClosed, LectureOpened, LecturePlanned
from services.events.processes.lecture_room import BOOKING_TIMEOUT, LECTURE_ROOM
from services.kernel.base.times import moment
from services.kernel.declare.process import DeadlinePassed, Dispatch
from tests.support.sample_community import KEDIRI, NOW
from tests.unit.events.sample_events import CHAT, LECTURE_PLAN, recorded
from tests.unit.events.sample_times import END, START
from tests.unit.events.test_lecture import BY_POLL, PLANNED

LECTURES, GROUP = "lecture-a", "chat-g"
UNTIL = END + timedelta(minutes=15)
BOOKED = ChatBooked("a", START, END)
STATE = {"group": "g", "starts": moment(START), "ends": moment(END)}
RUNNING = {**STATE, "until": moment(UNTIL)}
LATER = (START + timedelta(days=1), END + timedelta(days=1))


def test_a_booking_waits_for_its_lecture_and_is_given_back_if_none_comes() -> None:
    fact = recorded(GROUP, BOOKED)
    assert LECTURE_ROOM.concerned(fact) == ["a"]
    reaction = LECTURE_ROOM.reaction({}, fact)
    assert (reaction.state, reaction.deadlines) == ({"booked": "g"}, {"booked": NOW + BOOKING_TIMEOUT})
    passed = recorded("deadlines-x", DeadlinePassed("lecture-room", "a", "booked", NOW + BOOKING_TIMEOUT))
    given_back = LECTURE_ROOM.reaction(reaction.state, passed)
    assert given_back.commands == [Dispatch(CHAT_GROUP, "g", ReleaseChat("a", NOW + BOOKING_TIMEOUT))]


def test_a_planned_lecture_books_its_chat_and_a_past_lecture_does_not() -> None:
    reaction = LECTURE_ROOM.reaction({"booked": "g"}, recorded(LECTURES, PLANNED))
    assert (reaction.state, reaction.deadlines) == (STATE, {})
    assert reaction.commands == [Dispatch(CHAT_GROUP, "g", BookChat("a", START, END))]
    past = LecturePlanned(replace(LECTURE_PLAN, past=True), CHAT, BY_POLL, False, PLANNED.rules)
    assert LECTURE_ROOM.reaction({}, recorded(LECTURES, past)).commands == []


def test_a_booking_at_other_times_than_its_lectures_is_put_right_unless_the_lecture_follows() -> None:
    moved = recorded(GROUP, ChatBooked("a", *LATER))
    reaction = LECTURE_ROOM.reaction(STATE, moved)
    assert reaction.deadlines == {"booked": NOW + BOOKING_TIMEOUT}
    passed = recorded("deadlines-x", DeadlinePassed("lecture-room", "a", "booked", NOW + BOOKING_TIMEOUT))
    assert LECTURE_ROOM.reaction(STATE, passed).commands == [Dispatch(CHAT_GROUP, "g", BookChat("a", START, END))]
    followed = recorded(LECTURES, ActivityRescheduled(*LATER, START, KEDIRI, published=True))
    reaction = LECTURE_ROOM.reaction(STATE, followed)
    assert (reaction.commands, reaction.deadlines) == ([Dispatch(CHAT_GROUP, "g", BookChat("a", *LATER))], {})


def test_the_chat_is_restricted_from_the_opening_and_free_at_the_closing() -> None:
    opened = LECTURE_ROOM.reaction(STATE, recorded(LECTURES, LectureOpened(CHAT, START, UNTIL, KEDIRI)))
    assert opened.commands == [Dispatch(CHAT_GROUP, "g", WantRestricted("a", UNTIL, START))]
    assert (opened.state, opened.deadlines) == (RUNNING, {"over": UNTIL})
    closed = LECTURE_ROOM.reaction(RUNNING, recorded(LECTURES, LectureClosed(CHAT, END, "hand", KEDIRI)))
    assert closed.commands == [Dispatch(CHAT_GROUP, "g", WantFree("a", END))]
    assert (closed.state, closed.deadlines) == (STATE, {})


def test_when_its_time_is_over_the_chat_is_free_and_the_lecture_closed() -> None:
    passed = recorded("deadlines-x", DeadlinePassed("lecture-room", "a", "over", UNTIL))
    assert LECTURE_ROOM.concerned(passed) == ["a"]
    assert LECTURE_ROOM.reaction(RUNNING, passed).commands == [
        Dispatch(CHAT_GROUP, "g", WantFree("a", UNTIL)),
        Dispatch(LECTURE, "a", CloseLecture(UNTIL, "deadline")),
    ]


def test_no_booking_takes_the_deadline_of_a_lecture_that_is_held() -> None:
    for event in (BOOKED, ChatBooked("a", *LATER)):
        assert LECTURE_ROOM.reaction(RUNNING, recorded(GROUP, event)).deadlines["over"] == UNTIL
    passed = recorded("deadlines-x", DeadlinePassed("lecture-room", "a", "booked", NOW))
    assert LECTURE_ROOM.reaction(RUNNING, passed).deadlines == {"over": UNTIL}


def test_a_cancelled_lecture_gives_its_chat_back_and_other_kinds_have_none() -> None:
    cancelled = ActivityCancelled("rain", "", KEDIRI, published=True)
    reaction = LECTURE_ROOM.reaction(RUNNING, recorded(LECTURES, cancelled))
    assert (reaction.commands, reaction.deadlines) == ([Dispatch(CHAT_GROUP, "g", ReleaseChat("a", NOW))], {})
    assert LECTURE_ROOM.concerned(recorded("gathering-a", cancelled)) == []
