from dataclasses import replace
from datetime import timedelta

from services.events.domain.activity_times import AFTER, BEFORE
from services.events.domain.attendance import (
    ATTENDANCE,
    AttendanceRecorded,
    CheckIn,
    CodeWordIssued,
    IssueCodeWord,
    RecordGuest,
    RecordMember,
)
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import HELD
from tests.unit.events.sample_times import END, START

ISSUED = CodeWordIssued("digest")
CAME = AttendanceRecorded("ani", None, "code", KEDIRI)
CHECK_IN = CheckIn("ani", "digest", START, HELD)


def test_the_code_word_is_issued_as_a_digest_once() -> None:
    given(ATTENDANCE).when(IssueCodeWord("digest", HELD)).then(ISSUED)
    given(ATTENDANCE, ISSUED).when(IssueCodeWord("digest", HELD)).then()


def test_the_code_word_records_a_person_once() -> None:
    given(ATTENDANCE, ISSUED).when(CHECK_IN).then(CAME)
    given(ATTENDANCE, ISSUED, CAME).when(CHECK_IN).then()


def test_a_wrong_code_word_and_any_word_before_the_issue_are_refused() -> None:
    given(ATTENDANCE, ISSUED).when(replace(CHECK_IN, digest="other")).refused("wrong-code-word")
    given(ATTENDANCE).when(replace(CHECK_IN, digest="")).refused("wrong-code-word")


def test_the_word_is_good_around_the_activity_only() -> None:
    early, late = START - BEFORE, END + AFTER
    for good in (early, late):
        given(ATTENDANCE, ISSUED).when(replace(CHECK_IN, at=good)).then(CAME)
    for bad in (early - timedelta(seconds=1), late + timedelta(seconds=1)):
        given(ATTENDANCE, ISSUED).when(replace(CHECK_IN, at=bad)).refused("outside-the-code-window")


def test_the_window_moves_with_the_activity() -> None:
    moved = replace(HELD, starts=START + timedelta(days=1), ends=END + timedelta(days=1))
    given(ATTENDANCE, ISSUED).when(replace(CHECK_IN, times=moved)).refused("outside-the-code-window")


def test_a_coordinator_records_members_and_guests_from_then_on_for_ever() -> None:
    late = END + timedelta(days=30)
    given(ATTENDANCE).when(RecordMember("ani", late, HELD)).then(AttendanceRecorded("ani", None, "coordinator", KEDIRI))
    given(ATTENDANCE).when(RecordGuest("guest-1", late, HELD)).then(
        AttendanceRecorded(None, "guest-1", "walk-in", KEDIRI)
    )
    given(ATTENDANCE).when(RecordMember("ani", START - timedelta(hours=1), HELD)).refused("not-started-yet")


def test_a_person_recorded_twice_counts_once() -> None:
    given(ATTENDANCE, CAME).when(RecordMember("ani", START, HELD)).then()
    guest = AttendanceRecorded(None, "guest-1", "walk-in", KEDIRI)
    given(ATTENDANCE, guest).when(RecordGuest("guest-1", START, HELD)).then()


def test_only_a_held_activity_records_attendance() -> None:
    for state, rule in (("planned", "not-published-yet"), ("cancelled", "activity-cancelled")):
        held = replace(HELD, state=state)
        given(ATTENDANCE).when(IssueCodeWord("digest", held)).refused(rule)
        given(ATTENDANCE, ISSUED).when(replace(CHECK_IN, times=held)).refused(rule)
        given(ATTENDANCE).when(RecordMember("ani", START, held)).refused(rule)
        given(ATTENDANCE).when(RecordGuest("guest-1", START, held)).refused(rule)


def test_a_list_may_be_completed_after_the_activity_is() -> None:
    held = replace(HELD, state="completed")
    given(ATTENDANCE).when(RecordMember("ani", END, held)).then(AttendanceRecorded("ani", None, "coordinator", KEDIRI))
