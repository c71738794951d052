"""A view's row: what a change writes of it, and what is read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.kernel.declare.plain import Misfit
from services.kernel.declare.view import Change, View, increment


@dataclass(frozen=True)
class Loan:
    person: str
    returned: str | None = None


@dataclass(frozen=True)
class ThingRow:
    thing: str
    name: str
    loans: Mapping[str, Loan] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


def nothing(_fact: Any) -> list[Change]:
    return []


THINGS = View("things", 1, nothing, row=ThingRow, indexes=([("name", 1)], [("loans.x", 1)], [("_id", 1)]))


def test_a_row_is_put_under_its_first_field() -> None:
    row = ThingRow("t", "Scanner", {"1": Loan("ani")}, ("lent",))
    document = {"name": "Scanner", "loans": {"1": {"person": "ani", "returned": None}}, "tags": ["lent"]}
    assert Change.put(row) == Change("t", document)
    assert THINGS.read({"_id": "t", "_at": {"commits": 3}, **document}) == row


def test_a_change_may_set_a_part_of_a_row_beside_an_expression() -> None:
    change = Change("t", {"loans.1": Loan("ani"), "count": increment("count"), "tags": ["lent"]})
    assert change.set == {
        "loans.1": {"person": "ani", "returned": None},
        "count": increment("count"),
        "tags": ["lent"],
    }


def test_an_older_document_is_read_with_todays_defaults() -> None:
    assert THINGS.read({"_id": "t", "name": "Scanner", "colour": "red"}) == ThingRow("t", "Scanner")


def test_a_document_without_a_field_that_has_no_default_is_a_misfit() -> None:
    with pytest.raises(Misfit, match="ThingRow"):
        THINGS.read({"_id": "t"})


def test_a_view_without_a_row_reads_dicts() -> None:
    assert View("plain", 1, nothing).read({"_id": "t", "_at": {}, "name": "x"}) == {"_id": "t", "name": "x"}


def test_an_index_on_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="things: ThingRow has no nam"):
        View("things", 1, nothing, row=ThingRow, indexes=([("nam", 1)],))
