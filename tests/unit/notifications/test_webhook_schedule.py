"""When a delivery is tried again, and when it was enough."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.webhooks.retry_schedule import (
    DELAYS,
    GIVEN_UP_AFTER,
    JITTER,
    MAX_WAIT,
    delivered,
    exhausted,
    wait,
)

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def test_the_delays_are_those_that_standard_webhooks_recommends() -> None:
    hours = [delay.total_seconds() / 3600 for delay in DELAYS]
    assert [delay.total_seconds() for delay in DELAYS[:4]] == [0, 5, 300, 1800]
    assert hours[4:] == [2, 5, 10, 14, 20, 24]


@pytest.mark.parametrize(
    ("status", "good"),
    [(200, True), (204, True), (299, True), (199, False), (301, False), (308, False), (404, False), (503, False)],
)
def test_only_2xx_is_success(status: int, good: bool) -> None:
    assert delivered(status) is good


@given(st.integers(1, 30), st.none() | st.integers(100, 599), st.none() | st.text(max_size=40), st.floats(0, 1))
def test_a_pause_is_never_over_the_longest_and_never_under_the_jittered_delay(
    attempts: int, status: int | None, retry_after: str | None, chance: float
) -> None:
    pause = wait(attempts, status, retry_after, NOW, chance)
    planned = DELAYS[min(attempts, len(DELAYS) - 1)]
    assert pause >= planned * (1 - JITTER) - timedelta(milliseconds=1)
    assert pause <= max(planned, MAX_WAIT) * (1 + JITTER) + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("status", "asked", "seconds"),
    [
        (503, "120", 120),
        (429, "Tue, 24 Nov 2026 07:05:00 GMT", 300),
        (429, "Tue, 24 Nov 2026 06:00:00 GMT", 30),
        (429, None, 30),
        (502, None, 30),
        (504, "soon", 30),
        (500, "120", 5),
        (503, "99999999999", MAX_WAIT.total_seconds()),
        (503, "-1", 5),
        (503, "²", 5),
        (None, None, 5),
    ],
)
def test_retry_after_is_heeded_within_bounds(status: int | None, asked: str | None, seconds: float) -> None:
    assert wait(1, status, asked, NOW, 0.5).total_seconds() == seconds


def test_ten_attempts_or_five_days_are_enough() -> None:
    assert not exhausted(9, NOW, NOW + timedelta(days=4))
    assert exhausted(10, NOW, NOW)
    assert exhausted(2, NOW, NOW + GIVEN_UP_AFTER)
