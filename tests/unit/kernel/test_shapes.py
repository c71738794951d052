"""What a request's fields take."""

from dataclasses import dataclass

import pytest
from marshmallow import Schema, ValidationError

from services.kernel.schema import UNSET
from services.kernel.shapes import fill, line, where


class Said(Schema):
    text = line(longest=20)


@pytest.mark.parametrize("text", ["Halo", " Halo ", "\n\nHalo"])
def test_a_line_that_says_something_is_taken_as_it_is(text: str) -> None:
    assert Said().load({"text": text}) == {"text": text}


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0\u2003", "x" * 21, None, 3])
def test_a_line_of_blanks_or_of_none_or_too_long_is_malformed(text: object) -> None:
    with pytest.raises(ValidationError):
        Said().load({"text": text})


@dataclass(frozen=True)
class Row:
    thing: str
    name: str
    secret: str


@dataclass(frozen=True)
class Shown:
    thing: str
    mine: bool
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class ShownByName:
    mine: bool
    name: str = ""


def test_an_answer_is_filled_from_a_row_and_what_is_given() -> None:
    assert fill(Shown, Row("t", "Scanner", "s"), mine=True) == Shown(thing="t", name="Scanner", mine=True)
    assert fill(Shown, Row("t", "Scanner", "s"), mine=True, name="x").name == "x"
    assert fill(ShownByName, Row("t", "Scanner", "s"), mine=True) == ShownByName(mine=True, name="Scanner")
    assert fill(Shown, ShownByName(mine=True), thing="t") == Shown("t", True, "")
    with pytest.raises(TypeError, match="mine"):
        fill(Shown, Row("t", "Scanner", "s"))


def test_a_filter_wants_what_was_sent() -> None:
    assert where(region="kediri", state=UNSET, until=None) == {"region": "kediri", "until": None}
