"""Dataclasses as plain values and back, in each form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import pytest

from services.kernel.declare.plain import ANSWER, DOCUMENT, FACT, STATE, Misfit
from services.kernel.declare.schema import UNSET, Key, Unset

AT = datetime(2026, 3, 2, 1, 0, 30, 500_000, UTC)


@dataclass(frozen=True)
class Part:
    name: str
    size: int = 1


@dataclass(frozen=True)
class Whole:
    id: str
    at: datetime
    day: date
    parts: tuple[Part, ...] = ()
    by: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    open: Mapping[str, Any] = field(default_factory=dict)
    since: Annotated[str | None, Key("from")] = None
    kind: Literal["a", "b"] = "a"
    left: Part | Unset | None = UNSET


WHOLE = Whole("w", AT, date(2026, 3, 2), (Part("p", 2),), {"ani": (1, 2)}, {"x": [1, {"y": None}]}, "f", "b")
PLAIN: dict[str, Any] = {
    "id": "w",
    "day": "2026-03-02",
    "parts": [{"name": "p", "size": 2}],
    "by": {"ani": [1, 2]},
    "open": {"x": [1, {"y": None}]},
    "from": "f",
    "kind": "b",
}


def test_a_document_keeps_a_time_as_a_datetime() -> None:
    assert DOCUMENT.write(WHOLE) == {**PLAIN, "at": AT}
    assert DOCUMENT.read(Whole, DOCUMENT.write(WHOLE)) == WHOLE


def test_an_answer_says_times_to_the_second() -> None:
    assert ANSWER.write(WHOLE) == {**PLAIN, "at": "2026-03-02T01:00:30Z"}
    assert ANSWER.write({"items": [WHOLE, AT]})["items"][1] == "2026-03-02T01:00:30Z"


def test_a_state_leaves_out_what_is_at_its_default() -> None:
    assert STATE.write(WHOLE) == {**PLAIN, "at": AT.isoformat()}
    assert STATE.write(Part("p")) == {"name": "p"}
    assert STATE.read(Whole, STATE.write(WHOLE)) == WHOLE


def test_an_unset_field_is_left_out_and_a_null_field_is_kept() -> None:
    whole = Whole("w", AT, date(2026, 3, 2))
    assert "left" not in ANSWER.write(whole)
    assert ANSWER.write(Whole("w", AT, date(2026, 3, 2), left=None))["left"] is None
    for left in (None, Part("p")):
        written = DOCUMENT.write(Whole("w", AT, date(2026, 3, 2), left=left))
        assert DOCUMENT.read(Whole, written).left == left


def test_a_missing_field_has_its_default_and_an_unknown_one_is_ignored() -> None:
    assert DOCUMENT.read(Part, {"name": "p", "colour": "red"}) == Part("p", 1)


def test_reading_a_document_does_not_convert_values() -> None:
    assert DOCUMENT.read(Part, {"name": None, "size": "2"}) == Part(None, "2")  # type: ignore[arg-type]


def test_a_missing_field_without_a_default_is_named() -> None:
    with pytest.raises(Misfit, match=r"Part: .*name"):
        FACT.read(Part, {"size": 1})


def test_the_first_field_can_be_found_under_another_name() -> None:
    assert DOCUMENT.reader(Part, first="_id")({"_id": "p", "size": 3}) == Part("p", 3)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": 7},
        {"id": None},
        {"at": "yesterday"},
        {"parts": [{"name": "p", "size": "2"}]},
        {"parts": [{"name": "p", "size": True}]},
        {"by": {"ani": ["1"]}},
        {"kind": "c"},
        {"left": {"size": 1}},
    ],
    ids=str,
)
def test_a_fact_of_the_wrong_type_is_a_misfit(changed: dict[str, Any]) -> None:
    told = {**PLAIN, "at": AT.isoformat()}
    assert FACT.read(Whole, told) == WHOLE
    with pytest.raises(Misfit):
        FACT.read(Whole, told | changed)
