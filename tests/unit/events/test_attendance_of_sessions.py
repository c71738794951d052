from dataclasses import replace
from datetime import timedelta

from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.domain.activity_times import ActivityTimes
from services.events.domain.attendance import (
    ATTENDANCE,
    AbsenceNoted,
    AttendanceCommand,
    AttendanceRecorded,
    CheckIn,
    IssueCodeWord,
    NoteAbsence,
    RecordGuest,
    RecordMember,
    SessionAttended,
    SessionCodeWordIssued,
)
from services.kernel.base.problem import Refused
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import AGENDA, HELD
from tests.unit.events.sample_times import START

FIRST, SECOND, *_ = AGENDA
WORKSHOP = ActivityTimes("published", KEDIRI, START, AGENDA[-1].ends, AGENDA)
ISSUED = (SessionCodeWordIssued("s0", "first"), SessionCodeWordIssued("s1", "second"))
SAYS_FIRST = CheckIn("ani", "", FIRST.starts, WORKSHOP, {"s0": "first", "s1": "other"})
SAYS_SECOND = CheckIn("ani", "", SECOND.starts, WORKSHOP, {"s0": "other", "s1": "second"})
CAME = AttendanceRecorded("ani", None, "code", KEDIRI)
AT_FIRST, AT_SECOND = (SessionAttended(name, "ani", False, "code", KEDIRI) for name in ("s0", "s1"))


def test_each_session_has_a_code_word_of_its_own() -> None:
    given(ATTENDANCE).when(IssueCodeWord("first", WORKSHOP, "s0")).then(ISSUED[0])
    given(ATTENDANCE, *ISSUED).when(IssueCodeWord("first", WORKSHOP, "s0")).then()
    given(ATTENDANCE).when(IssueCodeWord("first", WORKSHOP)).refused("name-the-session")
    given(ATTENDANCE).when(IssueCodeWord("first", WORKSHOP, "s9")).refused("no-such-session")


def test_the_word_says_at_which_session_somebody_is_and_the_first_that_they_came_at_all() -> None:
    given(ATTENDANCE, *ISSUED).when(SAYS_FIRST).then(CAME, AT_FIRST)
    given(ATTENDANCE, *ISSUED, CAME, AT_FIRST).when(SAYS_FIRST).then()
    given(ATTENDANCE, *ISSUED, CAME, AT_FIRST).when(SAYS_SECOND).then(AT_SECOND)


def test_a_wrong_code_word_is_refused_even_from_a_participant() -> None:
    wrong = replace(SAYS_FIRST, digests={"s0": "x", "s1": "y"})
    given(ATTENDANCE, *ISSUED).when(wrong).refused("wrong-code-word")
    given(ATTENDANCE, *ISSUED, CAME, AT_FIRST).when(wrong).refused("wrong-code-word")


def test_a_sessions_word_is_good_around_that_session() -> None:
    late = FIRST.ends + timedelta(hours=2)
    given(ATTENDANCE, *ISSUED).when(replace(SAYS_FIRST, at=late)).then(CAME, AT_FIRST)
    for at in (late + timedelta(seconds=1), FIRST.starts - timedelta(minutes=31)):
        given(ATTENDANCE, *ISSUED).when(replace(SAYS_FIRST, at=at)).refused("outside-the-code-window")


def test_a_coordinator_records_at_a_session_or_at_the_one_that_is_under_way() -> None:
    by_hand = AttendanceRecorded("ani", None, "coordinator", KEDIRI)
    at_second = SessionAttended("s1", "ani", False, "coordinator", KEDIRI)
    given(ATTENDANCE).when(RecordMember("ani", SECOND.starts, WORKSHOP)).then(by_hand, at_second)
    given(ATTENDANCE).when(RecordMember("ani", FIRST.starts, WORKSHOP, "s1")).then(by_hand, at_second)
    given(ATTENDANCE).when(RecordMember("ani", FIRST.ends, WORKSHOP)).then(by_hand)
    given(ATTENDANCE).when(RecordGuest("g", FIRST.starts, WORKSHOP)).then(
        AttendanceRecorded(None, "g", "walk-in", KEDIRI), SessionAttended("s0", "g", True, "walk-in", KEDIRI)
    )
    given(ATTENDANCE).when(RecordMember("ani", FIRST.starts, WORKSHOP, "s9")).refused("no-such-session")


def test_who_was_expected_and_did_not_come_is_noted_and_may_turn_out_to_have_come() -> None:
    absent = NoteAbsence("ani", "absent", START, HELD)
    given(ATTENDANCE).when(absent).then(AbsenceNoted("ani", "absent", KEDIRI))
    noted = given(ATTENDANCE, AbsenceNoted("ani", "absent", KEDIRI))
    noted.when(absent).then()
    noted.when(replace(absent, state="excused")).then(AbsenceNoted("ani", "excused", KEDIRI))
    came = AttendanceRecorded("ani", None, "coordinator", KEDIRI)
    noted.when(RecordMember("ani", START, HELD)).then(came)
    given(ATTENDANCE, AbsenceNoted("ani", "absent", KEDIRI), came).when(absent).refused("was-there")
    assert not given(ATTENDANCE, AbsenceNoted("ani", "absent", KEDIRI), came).state.absences


TIMES = st.sampled_from([time for session in AGENDA for time in (session.starts, session.ends)])
WHO = st.sampled_from(["ani", "budi", "citra"])
WHICH = st.sampled_from([None, *(session.id for session in AGENDA), "s9"])
COMMANDS: st.SearchStrategy[AttendanceCommand] = st.one_of(
    st.builds(RecordMember, WHO, TIMES, st.just(WORKSHOP), WHICH),
    st.builds(RecordGuest, WHO, TIMES, st.just(WORKSHOP), WHICH),
    st.builds(lambda who, at, word: CheckIn(who, "", at, WORKSHOP, {"s0": word}), WHO, TIMES, st.sampled_from(["first", "x"])),
    st.builds(NoteAbsence, WHO, st.sampled_from(["excused", "absent"]), TIMES, st.just(WORKSHOP)),
)  # fmt: skip


@given_any(st.lists(COMMANDS, max_size=25))
def test_a_participant_of_a_session_counts_once_for_the_activity_always(commands: list[AttendanceCommand]) -> None:
    state, told = given(ATTENDANCE, *ISSUED).state, list[tuple[str | None, str | None]]()
    for command in commands:
        try:
            events = ATTENDANCE.decide(command, state)
        except Refused:
            continue
        for event in events:
            state = ATTENDANCE.evolve(state, event)
            if isinstance(event, AttendanceRecorded):
                told.append((event.person, event.guest))
        assert state.persons | state.guests >= {who for there in state.sessions.values() for who in there}
        assert not state.persons & state.absences.keys()
    assert len(told) == len(set(told))
