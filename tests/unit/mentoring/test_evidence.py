from datetime import UTC, date, datetime, timedelta

import pytest

from services.kernel.testing import given
from services.mentoring.domain.evidence import (
    BackupReported,
    CloseWeek,
    LoansCounted,
    RecordBackup,
    RecordLoans,
    WeekMissed,
)
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.probation import MAX_FAILED_BACKUPS, Counted, Window
from services.mentoring.domain.weeks import WEEK, closes, first_monday, monday_of, name_of, week_named
from tests.unit.mentoring.sample_cases import LIBRARY, MONDAY, OPENED, after, backed_up, lent, on_probation


def said(week: int, count: int = 7, source: str = "stated", at: datetime | None = None) -> RecordLoans:
    return RecordLoans(MONDAY + week * WEEK, count, source, at or after(week, days=4), "sri")


def test_a_weeks_loans_are_reported_in_it_and_until_three_days_after_its_end() -> None:
    case = given(MENTORSHIP, *on_probation())
    case.when(said(0)).then(lent(0))
    case.when(said(0, at=closes(MONDAY) - timedelta(seconds=1))).then(lent(0))
    case.when(said(0, at=closes(MONDAY))).refused("week-is-closed")
    case.when(said(1, at=after(0))).refused("week-lies-ahead")
    case.when(said(-1, at=after(0))).refused("week-before-going-live")


def test_no_evidence_is_recorded_before_the_library_is_live() -> None:
    given(MENTORSHIP, OPENED).when(said(0)).refused("not-live-yet")
    given(MENTORSHIP, OPENED).when(RecordBackup(after(0), True, "stated", after(0))).refused("not-live-yet")


def test_a_later_count_replaces_the_former_and_an_equal_count_changes_nothing() -> None:
    given(MENTORSHIP, *on_probation(), lent(0)).when(said(0)).then()
    given(MENTORSHIP, *on_probation(), lent(0)).when(said(0, 9)).then(lent(0, 9))


def test_a_measured_count_outranks_a_stated_count_and_both_are_kept() -> None:
    probation = given(MENTORSHIP, *on_probation(), lent(0, 9), lent(0, 0, "measured")).state.probation
    assert probation.weeks[MONDAY] == Counted(stated=9, measured=0)
    assert not probation.lent_in(MONDAY)
    assert (
        given(MENTORSHIP, *on_probation(), lent(0, 0, "measured"), lent(0, 9)).state.probation.weeks == probation.weeks
    )


def test_only_a_past_backup_without_error_counts() -> None:
    made = after(0, days=2)
    reported = RecordBackup(made, True, "measured", after(0, days=3))
    outcome = given(MENTORSHIP, *on_probation()).when(reported)
    outcome.then(BackupReported(LIBRARY, made, True, "measured"))
    given(MENTORSHIP, *on_probation(), *outcome.events).when(reported).then()
    given(MENTORSHIP, *on_probation()).when(RecordBackup(after(1), True, "stated", made)).refused("backup-lies-ahead")
    assert given(MENTORSHIP, *on_probation(), backed_up(0, ok=False)).state.probation.backups == ()


def test_a_backup_reported_twice_changes_nothing_with_or_without_error() -> None:
    made = after(0, days=2)
    for ok in (True, False):
        case = given(MENTORSHIP, *on_probation(), BackupReported(LIBRARY, made, ok, "measured"))
        case.when(RecordBackup(made, ok, "measured", after(0, days=3))).then()
        other = RecordBackup(made, not ok, "measured", after(0, days=3))
        case.when(other).then(BackupReported(LIBRARY, made, not ok, "measured"))


def test_only_the_last_failed_backups_are_kept() -> None:
    failed = (
        BackupReported(LIBRARY, after(0, days=n / 1000), False, "measured") for n in range(MAX_FAILED_BACKUPS + 5)
    )
    assert len(given(MENTORSHIP, *on_probation(), *failed).state.probation.failed) == MAX_FAILED_BACKUPS


def test_the_window_grows_by_whole_weeks_with_loans() -> None:
    state = given(MENTORSHIP, *on_probation(), lent(0), lent(1), backed_up(0)).state
    assert state.probation.window(after(0, days=5)) == Window(MONDAY, 0, 4, True)
    assert state.probation.window(after(1)).have == 1
    assert state.probation.window(after(2)).have == 2
    # A week that ended without a word may still be reported, and takes nothing away yet.
    assert state.probation.window(after(3)).have == 2


def test_a_closed_week_without_evidence_restarts_the_window() -> None:
    history = (*on_probation(), lent(0), backed_up(0), lent(2))
    assert given(MENTORSHIP, *history).state.probation.window(after(3, days=3)) == Window(
        MONDAY + 2 * WEEK, 1, 4, False
    )


def test_a_week_takes_no_more_reports_from_the_moment_of_its_closing_on() -> None:
    probation = given(MENTORSHIP, *on_probation()).state.probation
    closing = closes(MONDAY)
    assert probation.window(closing - timedelta(microseconds=1)).first == MONDAY
    assert probation.window(closing).first == MONDAY + WEEK


def test_the_window_is_the_same_whether_the_deadline_was_noticed_or_not() -> None:
    history = (*on_probation(), lent(0), lent(2))
    missed = WeekMissed(LIBRARY, MONDAY + WEEK)
    for moment in (after(3), after(3, days=3), after(4), after(9)):
        unnoticed = given(MENTORSHIP, *history).state.probation.window(moment)
        assert given(MENTORSHIP, *history, missed).state.probation.window(moment) == unnoticed


def test_a_closed_week_is_judged_once_and_only_while_it_counts() -> None:
    close = CloseWeek(MONDAY)
    given(MENTORSHIP, *on_probation()).when(close).then(WeekMissed(LIBRARY, MONDAY))
    given(MENTORSHIP, *on_probation(), lent(0)).when(close).then()
    given(MENTORSHIP, *on_probation(), lent(0, 0)).when(close).then(WeekMissed(LIBRARY, MONDAY))
    given(MENTORSHIP, *on_probation(), WeekMissed(LIBRARY, MONDAY)).when(close).then()
    given(MENTORSHIP, OPENED).when(close).then()


@pytest.mark.parametrize(("text", "monday"), [("2026-W01", date(2025, 12, 29)), ("2026-W53", date(2026, 12, 28))])
def test_weeks_are_named_as_iso_names_them(text: str, monday: date) -> None:
    assert week_named(text) == monday
    assert name_of(monday) == text
    for wrong in ("2026-W00", "2025-W53", "2026-13", "W14", "2026-W14x"):
        with pytest.raises(ValueError, match=r".*"):
            week_named(wrong)


def test_a_week_begins_where_the_community_lives() -> None:
    sunday_evening = datetime(2026, 3, 1, 16, 59, tzinfo=UTC)
    assert monday_of(sunday_evening) == date(2026, 2, 23)
    assert monday_of(sunday_evening + timedelta(minutes=1)) == MONDAY
    assert first_monday(sunday_evening) == first_monday(after(0)) == MONDAY
    assert first_monday(after(0, days=1)) == MONDAY + WEEK
    assert isinstance(lent(0), LoansCounted)
