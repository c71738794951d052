from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as some

from services.notifications.domain.quiet_hours import QuietHours, quiet_hours
from services.notifications.sending.planner import sending_time
from tests.support.zones import SUMMER_TIME, living_in

MOMENTS = some.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001 - bounds
HOURS = some.builds(QuietHours, some.times(), some.times())


def wib(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+07:00")


def test_by_default_it_is_quiet_from_eight_in_the_evening_to_six_in_the_morning() -> None:
    hours = QuietHours()
    assert not hours.is_quiet(wib("2026-12-01T19:59:59"))
    assert hours.is_quiet(wib("2026-12-01T20:00:00"))
    assert hours.is_quiet(wib("2026-12-02T05:59:59"))
    assert not hours.is_quiet(wib("2026-12-02T06:00:00"))


def test_the_evening_is_released_the_next_morning_and_the_night_the_same() -> None:
    hours = QuietHours()
    assert hours.end_of_quiet(wib("2026-12-01T21:15:00")) == wib("2026-12-02T06:00:00")
    assert hours.end_of_quiet(wib("2026-12-02T03:00:00")) == wib("2026-12-02T06:00:00")
    assert hours.end_of_quiet(wib("2026-12-02T12:00:00")) == wib("2026-12-02T12:00:00")


def test_quiet_hours_need_not_cross_midnight() -> None:
    hours = quiet_hours("12:00", "13:30")
    assert hours.end_of_quiet(wib("2026-12-01T12:10:00")) == wib("2026-12-01T13:30:00")
    assert not hours.is_quiet(wib("2026-12-01T23:00:00"))


def test_from_a_time_to_the_same_time_is_never_quiet() -> None:
    assert not quiet_hours("08:00", "08:00").is_quiet(wib("2026-12-01T08:00:00"))


@given(MOMENTS, HOURS)
def test_release_is_never_in_quiet_hours_or_in_the_past(now: datetime, hours: QuietHours) -> None:
    released = hours.end_of_quiet(now)
    assert not hours.is_quiet(released)
    assert now <= released <= now + timedelta(days=1)


@given(MOMENTS, HOURS)
def test_release_is_the_first_moment_that_is_not_quiet(now: datetime, hours: QuietHours) -> None:
    released = hours.end_of_quiet(now)
    if released > now:
        assert hours.is_quiet(released - timedelta(microseconds=1))


@given(MOMENTS, HOURS, some.timedeltas(timedelta(microseconds=1), timedelta(days=30)))
def test_a_held_message_is_still_worth_sending_when_it_is_released(
    now: datetime, hours: QuietHours, worth: timedelta
) -> None:
    not_before, held_until = sending_time(False, now + worth, now, (hours,))
    assert now <= not_before < now + worth
    assert held_until in (None, not_before)
    if held_until is not None:
        assert not hours.is_quiet(held_until)


@given(MOMENTS, some.lists(HOURS, min_size=1, max_size=2))
def test_a_held_delivery_is_held_again_only_if_quiet_hours_leave_a_gap(now: datetime, hours: list[QuietHours]) -> None:
    worth_until = now + timedelta(days=30)
    moment, held = sending_time(False, worth_until, now, hours)
    for _ in range(3):
        if held is None:
            break
        assert held <= now + timedelta(days=2)
        moment, held = sending_time(False, worth_until, moment, hours, held)
    assert held is None


def test_quiet_hours_without_a_gap_hold_until_the_first_period_ends() -> None:
    hours = (quiet_hours("20:00", "06:00"), quiet_hours("06:00", "20:00"))
    now, evening = wib("2026-12-01T12:00:00"), wib("2026-12-01T20:00:00")
    assert sending_time(False, now + timedelta(days=9), now, hours) == (evening, evening)
    assert sending_time(False, now + timedelta(days=9), evening, hours, evening) == (evening, None)


@given(MOMENTS, HOURS)
def test_an_urgent_delivery_is_never_held(now: datetime, hours: QuietHours) -> None:
    assert sending_time(True, now + timedelta(minutes=10), now, (hours,)) == (now, None)


def test_a_delivery_that_expires_in_quiet_hours_is_sent_at_once() -> None:
    now, starts = wib("2026-12-01T21:00:00"), wib("2026-12-02T05:30:00")
    assert sending_time(False, starts, now, (QuietHours(time(20), time(6)),)) == (now, None)


def test_the_hours_are_local_wherever_the_community_lives() -> None:
    night = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)
    assert not QuietHours().is_quiet(night)
    with living_in(SUMMER_TIME):
        assert QuietHours().is_quiet(night)
        # That night the clocks go forward: six o'clock comes an hour earlier.
        assert QuietHours().end_of_quiet(night) == datetime(2026, 3, 8, 10, 0, tzinfo=UTC)
