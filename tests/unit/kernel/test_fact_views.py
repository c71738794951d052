from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.kernel.base.message import Fact
from services.kernel.declare.fact_views import copied, dated, row_at, told_or_default
from services.kernel.declare.view import Applied, Change
from tests.support.sample_domain import fact

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEPT = copied({"library.book-bought": ("title",), "library.book-lent": ("by", "until")})
FEES = {"fee": 0.5, "days": ("mon",)}
PRICES = dated("library.prices-set", lambda data: told_or_default(data, FEES))


def told(kind: str, subject: str = "book-1", **data: Any) -> Fact:
    return fact("library", 1, kind, subject, **data)


def only(changes: Applied) -> tuple[str, Mapping[str, Any]]:
    (change,) = changes
    assert isinstance(change, Change)
    return change.key, change.set


def test_copied_keeps_the_listed_fields_under_the_subject() -> None:
    assert only(KEPT(told("book-bought", title="Dune", price=3))) == ("book-1", {"title": "Dune"})
    assert only(KEPT(told("book-lent", by="ani", until="soon"))) == ("book-1", {"by": "ani", "until": "soon"})


def test_copied_ignores_other_facts() -> None:
    assert KEPT(told("book-burnt", title="Dune")) == []


def test_copied_raises_for_a_fact_without_a_listed_field() -> None:
    with pytest.raises(KeyError):
        KEPT(told("book-lent", by="ani"))


def test_a_dated_version_keeps_its_date_and_missing_values_get_defaults() -> None:
    at = "2026-03-02T07:00:00.5+07:00"
    stored = {"version": 12, "in_force_from": "2026-03-02T00:00:00Z", "fee": 2.0, "days": ["mon"]}
    key, document = only(PRICES(told("prices-set", version=12, in_force_from=at, fee=2)))
    assert (key, document) == ("000012", stored)
    assert isinstance(document["fee"], float)
    assert PRICES(told("book-bought", version=1, in_force_from=at)) == []


def test_dated_accepts_another_key_and_date_form() -> None:
    prices = dated("library.prices-set", lambda _data: {}, key=str, since=lambda at: at)
    key, document = only(prices(told("prices-set", version=3, in_force_from=NOON.isoformat())))
    assert (key, document["in_force_from"]) == ("3", NOON)


@dataclass(frozen=True)
class PriceRow:
    version: int
    in_force_from: Any


@pytest.mark.parametrize("form", [datetime.isoformat, lambda at: at], ids=["text", "time"])
def test_the_row_begun_last_is_in_force(form: Any) -> None:
    rows = [PriceRow(version, form(since)) for version, since in ((1, NOON + DAY), (2, NOON), (3, NOON))]
    assert row_at(rows, NOON - DAY) is None
    assert row_at(rows, NOON) == rows[2]
    assert row_at(rows, NOON + DAY) == rows[0]


def test_the_tenth_version_replaces_the_ninth_of_the_same_date() -> None:
    rows = [PriceRow(version, NOON) for version in (9, 10, 2)]
    assert row_at(rows, NOON) == rows[1]
