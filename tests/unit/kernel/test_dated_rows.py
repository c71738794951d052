from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.kernel.declare.dated_rows import row_at, six_digits

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class PriceRow:
    version: int
    in_force_from: Any


@pytest.mark.parametrize("form", [datetime.isoformat, lambda at: at], ids=["text", "time"])
def test_the_row_begun_last_is_in_force(form: Any) -> None:
    rows = [PriceRow(version, form(since)) for version, since in ((1, NOON + DAY), (2, NOON), (3, NOON))]
    assert row_at(rows, NOON - DAY) is None
    assert row_at(rows, NOON) == rows[2]
    # Versions 2 and 3 were made later and begin earlier: they end when version 1 begins.
    assert row_at(rows, NOON + DAY) == rows[0]


def test_the_tenth_version_replaces_the_ninth_of_the_same_date() -> None:
    rows = [PriceRow(version, NOON) for version in (9, 10, 2)]
    assert row_at(rows, NOON) == rows[1]


def test_keys_of_versions_are_ordered_as_the_versions_are() -> None:
    assert sorted(map(six_digits, (10, 9, 100))) == ["000009", "000010", "000100"]
