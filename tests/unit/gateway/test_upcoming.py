from datetime import UTC, datetime, timedelta

import pytest

from gateway.composed.upcoming import earliest_start, is_upcoming, next_upcoming

NOW = datetime(2026, 3, 2, 3, 0, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-03-02T02:55:00Z", "2026-03-02T05:00:00Z", True),
        ("2026-03-02T01:00:00Z", "2026-03-02T03:00:00Z", False),
        ("2026-03-02T01:00:00Z", "2026-03-02T03:00:17Z", False),
        ("2026-03-01T09:00:00Z", None, True),
        ("2026-03-01T03:00:00Z", None, False),
        (None, None, False),
    ],
    ids=[
        "it runs",
        "it has ended",
        "it ends this moment",
        "began today, without an end",
        "began a day ago, without an end",
        "without a time",
    ],
)
def test_an_activity_is_upcoming_until_it_ends(starts, ends, expected):
    assert is_upcoming({"starts": starts, "ends": ends}, NOW) is expected


def test_ended_activities_do_not_count_towards_the_limit():
    items = [{"starts": "2026-03-01T01:00:00Z", "ends": f"2026-03-0{day}T09:00:00Z"} for day in (1, 2, 3, 4)]
    assert next_upcoming(items, NOW, 2) == items[1:3]
    assert earliest_start(NOW) == earliest_start(NOW + timedelta(seconds=30)) == "2026-02-27T03:00:00+00:00"
