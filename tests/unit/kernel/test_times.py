from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.kernel.base.times import moment, read

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_moment_is_written_in_utc() -> None:
    jakarta = timezone(timedelta(hours=7))
    assert moment(datetime(2026, 3, 14, 15, 30, 5, 999, tzinfo=jakarta)) == "2026-03-14T08:30:05Z"


@given_any(MOMENTS, MOMENTS)
def test_the_order_of_the_text_is_the_order_in_time(one: datetime, other: datetime) -> None:
    one, other = (each.replace(microsecond=0) for each in (one, other))
    assert (moment(one) < moment(other)) == (one < other)
    assert read(moment(one)) == one


def test_a_date_without_a_time_is_the_start_of_the_day() -> None:
    assert read("2026-03-14") == datetime(2026, 3, 14, tzinfo=UTC)
    assert read("2026-03-14T07:00:00+07:00") == datetime(2026, 3, 14, tzinfo=UTC)
    with pytest.raises(ValueError):
        read("next week")
