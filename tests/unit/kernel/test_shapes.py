"""What a request's fields take."""

from dataclasses import dataclass

import pytest
from marshmallow import Schema, ValidationError

from services.kernel.declare.schema import UNSET
from services.kernel.declare.shapes import (
    BoundedPaging,
    OptionalPaging,
    Paging,
    fill,
    identity,
    is_identity,
    line,
    listing,
    slug,
    text,
    where,
)


class Said(Schema):
    text = line(longest=20)


class SaidOtherwise(Schema):
    text = text(longest=20)


class Meant(Schema):
    id = identity()


class MeantOtherwise(Schema):
    id = identity(published_length=80)


class Short(Schema):
    id = slug()


@pytest.mark.parametrize("shape", [Said, SaidOtherwise])
@pytest.mark.parametrize("text", ["Halo", " Halo ", "\n\nHalo"])
def test_a_valid_line_is_kept_unchanged(text: str, shape: type[Schema]) -> None:
    assert shape().load({"text": text}) == {"text": text}


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0\u2003", "x" * 21, None, 3])
@pytest.mark.parametrize("shape", [Said, SaidOtherwise])
def test_an_empty_blank_or_too_long_line_is_malformed(text: object, shape: type[Schema]) -> None:
    with pytest.raises(ValidationError):
        shape().load({"text": text})


@pytest.mark.parametrize("shape", [Meant, MeantOtherwise])
@pytest.mark.parametrize("id", ["0190a5d2-7c1e-7b1a-9f00-000000000001", "kota-kediri", "guest_1", "x" * 64])
def test_an_id_is_taken_as_it_is(id: str, shape: type[Schema]) -> None:  # noqa: A002
    assert shape().load({"id": id}) == {"id": id}
    assert is_identity(id)


@pytest.mark.parametrize("shape", [Meant, MeantOtherwise])
@pytest.mark.parametrize("id", ["", "a.b", "$set", "a b", "a/b", "a\n", "\u00e9", "x" * 65, "x" * 81])
def test_an_id_with_a_dot_or_dollar_is_malformed(id: str, shape: type[Schema]) -> None:  # noqa: A002
    with pytest.raises(ValidationError):
        shape().load({"id": id})
    assert not is_identity(id)


@pytest.mark.parametrize("id", ["Kediri", "kota--kediri", "-kediri", "kota kediri", "x" * 61])
def test_a_slug_has_small_letters_digits_and_single_dashes(id: str) -> None:  # noqa: A002
    assert Short().load({"id": "kota-kediri-2"})
    with pytest.raises(ValidationError):
        Short().load({"id": id})


@pytest.mark.parametrize("paging", [Paging, OptionalPaging, BoundedPaging])
def test_every_paging_asks_for_the_same_page(paging: type[Schema]) -> None:
    assert paging().load({}) == {"limit": 50, "after": None}
    assert paging().load({"limit": "100", "after": "x"}) == {"limit": 100, "after": "x"}
    for limit in ("0", "101", "many"):
        with pytest.raises(ValidationError):
            paging().load({"limit": limit})


def test_a_listing_is_named_for_its_items_or_as_it_is_published() -> None:
    assert type(listing(Said)).__name__ == "SaidList"
    published = listing(Said, "Sayings", required=True)
    assert type(published).__name__ == "Sayings"
    assert [name for name, field in published.fields.items() if field.required] == ["items", "next"]


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


def test_where_contains_only_sent_fields() -> None:
    assert where(region="kediri", state=UNSET, until=None) == {"region": "kediri", "until": None}
