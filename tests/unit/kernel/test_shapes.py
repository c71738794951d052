"""What a request's fields take."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from marshmallow import ValidationError

from services.kernel.declare.schema import UNSET, schema_of
from services.kernel.declare.shapes import (
    BoundedPageQuery,
    Identity,
    Identity80,
    OptionalPageQuery,
    PageQuery,
    Slug,
    fill,
    is_identity,
    not_blank,
    up_to,
    where,
)


@dataclass(frozen=True)
class Said:
    text: Annotated[str, up_to(20)]


@dataclass(frozen=True)
class SaidOtherwise:
    text: Annotated[str, not_blank(20)]


@dataclass(frozen=True)
class Meant:
    id: Identity


@dataclass(frozen=True)
class MeantOtherwise:
    id: Identity80


@dataclass(frozen=True)
class Short:
    id: Slug


def load(shape: type, **values: object) -> Any:
    return schema_of(shape)().load(values)


@pytest.mark.parametrize("shape", [Said, SaidOtherwise])
@pytest.mark.parametrize("text", ["Halo", " Halo ", "\n\nHalo"])
def test_a_valid_line_is_kept_unchanged(text: str, shape: type) -> None:
    assert load(shape, text=text).text == text


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0\u2003", "x" * 21, None, 3])
@pytest.mark.parametrize("shape", [Said, SaidOtherwise])
def test_an_empty_blank_or_too_long_line_is_malformed(text: object, shape: type) -> None:
    with pytest.raises(ValidationError):
        load(shape, text=text)


@pytest.mark.parametrize("shape", [Meant, MeantOtherwise])
@pytest.mark.parametrize("id", ["0190a5d2-7c1e-7b1a-9f00-000000000001", "kota-kediri", "guest_1", "x" * 64])
def test_an_id_is_taken_as_it_is(id: str, shape: type) -> None:  # noqa: A002
    assert load(shape, id=id).id == id
    assert is_identity(id)


@pytest.mark.parametrize("shape", [Meant, MeantOtherwise])
@pytest.mark.parametrize("id", ["", "a.b", "$set", "a b", "a/b", "a\n", "\u00e9", "x" * 65, "x" * 81])
def test_an_id_with_a_dot_or_dollar_is_malformed(id: str, shape: type) -> None:  # noqa: A002
    with pytest.raises(ValidationError):
        load(shape, id=id)
    assert not is_identity(id)


@pytest.mark.parametrize("id", ["Kediri", "kota--kediri", "-kediri", "kota kediri", "x" * 61])
def test_a_slug_has_small_letters_digits_and_single_dashes(id: str) -> None:  # noqa: A002
    assert load(Short, id="kota-kediri-2").id == "kota-kediri-2"
    with pytest.raises(ValidationError):
        load(Short, id=id)


@pytest.mark.parametrize("query", [PageQuery, OptionalPageQuery, BoundedPageQuery])
def test_every_page_query_asks_for_the_same_page(query: type) -> None:
    first = schema_of(query, "query")().load({})
    assert (first.limit, first.after or None) == (50, None)
    later = schema_of(query, "query")().load({"limit": "100", "after": "x"})
    assert (later.limit, later.after) == (100, "x")
    for limit in ("0", "101", "many"):
        with pytest.raises(ValidationError):
            schema_of(query, "query")().load({"limit": limit})


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
