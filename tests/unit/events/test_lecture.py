from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.domain.activity import (
    ActivityCancelled,
    ActivityCompleted,
    ActivityPublished,
    CancelActivity,
    CompleteActivity,
    PublishActivity,
    RescheduleActivity,
    SpeakerAssigned,
)
from services.events.domain.lecture import (
    LECTURE,
    Agreement,
    BeginPresentation,
    CloseLecture,
    Lecture,
    LectureAnnounced,
    LectureArchived,
    LectureClosed,
    LectureOpened,
    LecturePlanned,
    OpenLecture,
    PlanLecture,
    PresentationBegun,
    QuestionsTaken,
    TakeQuestions,
    in_working_hours,
)
from services.events.domain.plan import Speaker
from services.kernel.base.problem import NotFound, Refused
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI, NOW
from tests.unit.events.sample_events import BOARD_RULES, CHAT, LECTURE_PLAN

START, END = LECTURE_PLAN.starts, LECTURE_PLAN.ends
LATE = END + timedelta(hours=3)
BY_POLL = Agreement("p")
PLANNED = LecturePlanned(LECTURE_PLAN, CHAT, BY_POLL, True, BOARD_RULES)
GUIDE = SpeakerAssigned(Speaker("rani", "guide", "board", from_board=True), BOARD_RULES)
SPEAKER = SpeakerAssigned(Speaker("dosen", "speaker", "academic", from_board=False), BOARD_RULES)
PUBLISHED = ActivityPublished(LECTURE_PLAN, "", BOARD_RULES)
ANNOUNCED = LectureAnnounced(CHAT, LECTURE_PLAN.title, START, KEDIRI)
PUBLIC = (PLANNED, GUIDE, SPEAKER, PUBLISHED, ANNOUNCED)
OPENED = LectureOpened(CHAT, START, END + timedelta(minutes=15), KEDIRI)
CLOSED = LectureClosed(CHAT, END, "hand", KEDIRI)
PUBLISH = PublishActivity(NOW, BOARD_RULES, venue_confirmed=False)
OPEN = OpenLecture(START, START)


def plan(agreement: Agreement = BY_POLL) -> PlanLecture:
    return PlanLecture(LECTURE_PLAN, CHAT, agreement, NOW, BOARD_RULES)


def test_a_lecture_needs_an_agreement_by_poll_or_otherwise() -> None:
    given(LECTURE).when(plan()).then(PLANNED)
    otherwise = Agreement(None, "in the meeting of March")
    given(LECTURE).when(plan(otherwise)).then(replace(PLANNED, agreement=otherwise))
    given(LECTURE).when(plan(Agreement())).refused("lecture-needs-agreement")
    given(LECTURE, PLANNED).when(plan()).then()


def test_a_lecture_is_announced_with_a_speaker_and_a_guide_of_the_board() -> None:
    given(LECTURE, PLANNED, GUIDE).when(PUBLISH).refused("lecture-needs-a-speaker")
    given(LECTURE, PLANNED, SPEAKER).when(PUBLISH).refused("moderator-from-the-board")
    outsider = SpeakerAssigned(Speaker("tamu", "guide", "practitioner", from_board=False), BOARD_RULES)
    given(LECTURE, PLANNED, outsider, SPEAKER).when(PUBLISH).refused("moderator-from-the-board")
    given(LECTURE, PLANNED, GUIDE, SPEAKER).when(PUBLISH).then(PUBLISHED, ANNOUNCED)
    given(LECTURE, *PUBLIC).when(PUBLISH).then()


def test_first_it_is_opened_then_comes_the_presentation_then_questions() -> None:
    steps = (OPEN, BeginPresentation(START), TakeQuestions(START), CloseLecture(END, "hand"))
    events = (OPENED, PresentationBegun(START), QuestionsTaken(START), CLOSED)
    for done in range(4):
        history = given(LECTURE, *PUBLIC, *events[:done])
        history.when(steps[done]).then(events[done])
        for later in steps[done + 1 : 3]:
            history.when(later).refused("lecture-out-of-order")
    given(LECTURE, *PUBLIC).when(CloseLecture(END, "hand")).refused("lecture-out-of-order")


def test_repeating_a_step_of_a_lecture_changes_nothing() -> None:
    given(LECTURE, *PUBLIC, OPENED).when(OPEN).then()
    given(LECTURE, *PUBLIC, OPENED, CLOSED).when(CloseLecture(LATE, "deadline")).then()
    given(LECTURE, *PUBLIC, OPENED, CLOSED).when(OPEN).refused("lecture-out-of-order")


def test_a_lecture_can_be_closed_at_any_moment_under_way() -> None:
    for history in ((OPENED,), (OPENED, PresentationBegun(START))):
        given(LECTURE, *PUBLIC, *history).when(CloseLecture(END, "hand")).then(CLOSED)


def test_a_lecture_opens_around_its_start_and_after_its_announcement() -> None:
    early = START - timedelta(minutes=16)
    given(LECTURE, *PUBLIC).when(OpenLecture(early, early)).refused("too-early-to-open")
    given(LECTURE, *PUBLIC).when(OpenLecture(END, END)).refused("lecture-is-over")
    given(LECTURE, PLANNED).when(OPEN).refused("not-published-yet")
    with pytest.raises(NotFound):
        given(LECTURE).when(OPEN)


def test_a_lecture_opened_in_time_and_recorded_late_stays_open_for_the_recording() -> None:
    late = replace(OPENED, until=LATE + timedelta(minutes=15))
    given(LECTURE, *PUBLIC).when(OpenLecture(START, LATE)).then(late)


def test_an_opened_lecture_can_be_cancelled_but_not_moved() -> None:
    moved = RescheduleActivity(LATE, LATE + timedelta(hours=1), START - timedelta(minutes=5))
    given(LECTURE, *PUBLIC, OPENED).when(moved).refused("lecture-has-begun")
    cancelled = ActivityCancelled("rain", "", KEDIRI, published=True)
    given(LECTURE, *PUBLIC, OPENED).when(CancelActivity("rain")).then(cancelled)
    given(LECTURE, *PUBLIC, OPENED, cancelled).when(CloseLecture(END, "deadline")).then()
    given(LECTURE, *PUBLIC, OPENED, cancelled).when(BeginPresentation(START)).refused("activity-cancelled")


def test_a_lecture_is_archived_after_its_closing() -> None:
    complete = CompleteActivity(LATE, present=3, guests=1)
    given(LECTURE, *PUBLIC, OPENED).when(complete).refused("lecture-not-closed")
    done = (ActivityCompleted("", KEDIRI, 3, 1), LectureArchived(KEDIRI))
    given(LECTURE, *PUBLIC, OPENED, CLOSED).when(complete).then(*done)
    given(LECTURE, *PUBLIC, OPENED, CLOSED, *done).when(complete).then()


@pytest.mark.parametrize(
    ("day", "begins", "ends", "busy"),
    [(2, 7, 8, True), (2, 5, 7, False), (2, 15, 16, False), (2, 14, 16, True), (7, 9, 11, False), (2, 19, 20, False)],
)
def test_working_hours_are_those_of_a_school_in_western_indonesia(day: int, begins: int, ends: int, busy: bool) -> None:
    monday_or_saturday = datetime(2026, 3, day, tzinfo=UTC) - timedelta(hours=7)
    starts, finishes = (monday_or_saturday + timedelta(hours=hour) for hour in (begins, ends))
    assert in_working_hours(starts, finishes) is busy


ORDER = ("announced", "opened", "presentation", "questions", "closed")
MOMENTS = st.integers(-20, 100).map(lambda minutes: START + timedelta(minutes=minutes))
STEPS = st.one_of(
    MOMENTS.map(lambda at: OpenLecture(at, at)),
    MOMENTS.map(BeginPresentation),
    MOMENTS.map(TakeQuestions),
    st.builds(CloseLecture, MOMENTS, st.sampled_from(["hand", "deadline"])),
    st.builds(RescheduleActivity, MOMENTS, MOMENTS, MOMENTS),
)


@given_any(st.lists(STEPS, max_size=12))
def test_a_lecture_only_goes_forward_always(commands: list[object]) -> None:
    state = LECTURE.fold(PUBLIC)
    for command in commands:
        assert isinstance(state, Lecture)
        before = ORDER.index(state.phase)
        try:
            for event in LECTURE.decide(command, state):
                state = LECTURE.evolve(state, event)
        except Refused:
            continue
        assert isinstance(state, Lecture)
        after = ORDER.index(state.phase)
        assert after in {before, before + 1} or state.phase == "closed"
