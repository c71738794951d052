"""The schema that is derived from a dataclass: each annotation, what is required, and what OpenAPI shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from services.kernel.declare.route import Answer
from services.kernel.declare.schema import UNSET, Described, FieldOf, Format, Key, Unset, schema_of
from services.kernel.declare.shapes import (
    Identity,
    Line,
    Listing,
    NoFields,
    paged,
    up_to,
)
from services.kernel.declare.view import Page
from services.kernel.http.openapi import _schema_name

T = TypeVar("T")


@dataclass(frozen=True)
class Option:
    starts: datetime
    room: str | None


@dataclass(frozen=True)
class NewThing:
    title: Line
    count: Annotated[int, Range(1, 5)]
    open: bool
    ratio: float
    day: date
    region: Identity | None
    kind: Annotated[str, OneOf(["book", "map"])]
    level: Literal["low", "high"]
    options: Annotated[tuple[Option, ...], Length(1, 2)]
    votes: Mapping[str, int]
    extra: Mapping[str, Any]
    anything: Any
    note: Annotated[str, up_to(20)] | None = None
    past: bool = False
    language: str = "id"
    ids: tuple[Identity, ...] = ()
    since: Annotated[str, Key("from")] | Unset = UNSET


WISH: dict[str, Any] = {
    "title": "Barcodes",
    "count": 3,
    "open": True,
    "ratio": 0.5,
    "day": "2026-03-02",
    "region": None,
    "kind": "book",
    "level": "low",
    "options": [{"starts": "2026-03-02T08:00:00+07:00", "room": None}],
    "votes": {"ani": 1},
    "extra": {"a": [1, None]},
    "anything": [1],
}
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
MADE = NewThing("Barcodes", 3, True, 0.5, date(2026, 3, 2), None, "book", "low", (Option(AT, None),), {"ani": 1},
                {"a": [1, None]}, [1])  # fmt: skip


def errors(shape: Any, document: dict[str, Any], use: Any = "body") -> Any:
    with pytest.raises(ValidationError) as caught:
        schema_of(shape, use)().load(document)
    return caught.value.messages


def component(shape: Any, use: Any = "body") -> dict[str, Any]:
    spec = APISpec("t", "1", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=_schema_name)])
    spec.components.schema(schema_of(shape, use).__name__, schema=schema_of(shape, use))
    return dict(spec.to_dict()["components"]["schemas"])


def test_a_body_is_read_into_the_dataclass() -> None:
    assert schema_of(NewThing)().load(WISH) == MADE
    sent = {**WISH, "note": "x", "past": True, "ids": ["a"], "from": "b"}
    made = schema_of(NewThing)().load(sent)
    assert (made.note, made.past, made.ids, made.since) == ("x", True, ("a",), "b")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "  ", "Blanks say nothing."),
        ("title", None, "Field may not be null."),
        ("count", "3", "Not a valid integer."),
        ("count", 3.0, "Not a valid integer."),
        ("count", 6, "Must be greater than or equal to 1 and less than or equal to 5."),
        ("open", 1, "Not a valid boolean."),
        ("ratio", "x", "Not a valid number."),
        ("day", "yesterday", "Not a valid date."),
        ("region", "a.b", "Not an id."),
        ("kind", "bird", "Must be one of: book, map."),
        ("level", "middle", "Must be one of: low, high."),
        ("options", [], "Length must be between 1 and 2."),
        ("extra", 3, "Not a valid mapping type."),
        ("from", None, "Field may not be null."),
        ("since", "a", "Unknown field."),
    ],
)
def test_a_field_that_does_not_fit_is_named_with_marshmallows_own_words(field: str, value: Any, message: str) -> None:
    assert errors(NewThing, {**WISH, field: value}) == {field: [message]}


def test_errors_in_nested_shapes_name_the_place() -> None:
    far = {"starts": "0001-01-01T00:00:00Z", "room": 3, "size": 1}
    assert errors(NewThing, {**WISH, "options": [far]}) == {
        "options": {
            0: {
                "starts": ["Not a time that anything happens at."],
                "room": ["Not a valid string."],
                "size": ["Unknown field."],
            }
        }
    }


def test_a_field_without_a_default_is_required() -> None:
    missing = errors(NewThing, {})
    assert missing["title"] == ["Missing data for required field."]
    assert not {"note", "past", "language", "ids", "from"} & set(missing)


def test_openapi_shows_defaults_that_are_values_and_requires_the_rest() -> None:
    shown = component(NewThing)["NewThing"]
    properties = shown["properties"]
    assert (properties["past"]["default"], properties["language"]["default"]) == (False, "id")
    assert properties["note"]["default"] is None
    assert "default" not in properties["ids"]
    assert "default" not in properties["from"]
    assert {"note", "past", "language", "ids", "from"}.isdisjoint(shown["required"])
    assert properties["extra"] == {"type": "object", "additionalProperties": {}}
    assert properties["votes"] == {"type": "object", "additionalProperties": {"type": "integer"}}


@dataclass(frozen=True)
class ThingShown:
    thing: str
    text: Annotated[str | None, Described("null where it was erased")]
    at: Annotated[str, Format("date-time")]
    state: str = "open"
    requests: tuple[str, ...] | Unset = UNSET


def test_an_answer_requires_every_field_that_cannot_be_unset() -> None:
    shown = component(ThingShown, "answer")["ThingShown"]
    assert shown["required"] == ["at", "state", "text", "thing"]
    assert shown["properties"]["text"] == {"type": ["string", "null"], "description": "null where it was erased"}
    assert shown["properties"]["at"]["format"] == "date-time"
    assert "default" not in shown["properties"]["state"]


def test_a_query_is_text() -> None:
    @dataclass(frozen=True)
    class Filter:
        limit: Annotated[int, Range(1, 100)] = 50
        free: bool = False

    read = schema_of(Filter, "query")()
    assert read.load({"limit": "7", "free": "true"}) == Filter(7, True)
    assert read.load({}) == Filter()


def test_a_listing_is_named_for_its_items() -> None:
    schemas = component(Listing[ThingShown], "answer")
    assert schemas["ThingShownList"]["required"] == ["items", "next"]
    assert schemas["ThingShownList"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/ThingShown"}


@dataclass(frozen=True)
class Things(Listing[ThingShown]):
    pass


def test_a_list_may_have_a_name_of_its_own() -> None:
    schemas = component(Things, "answer")
    assert schemas["Things"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/ThingShown"}
    page = Page([{"name": "a"}], "cursor")
    shown = ThingShown("t", None, "now")
    assert paged(page, lambda _row: shown, Things) == Answer(Things((shown,), "cursor"))
    assert paged(page, lambda _row: shown) == Answer(Listing((shown,), "cursor"))


def test_no_fields_keeps_its_published_openapi_name() -> None:
    assert component(NoFields)["Empty"]["properties"] == {}
    assert errors(NoFields, {"x": 1}) == {"x": ["Unknown field."]}


def test_a_shape_without_defaults_is_one_component_wherever_it_is_used() -> None:
    assert schema_of(Option, "answer") is schema_of(Option, "body")
    assert schema_of(NewThing, "answer") is not schema_of(NewThing, "body")


@dataclass(frozen=True)
class Either:
    person: str | Unset = UNSET
    guest: str | Unset = UNSET

    def __post_init__(self) -> None:
        if (self.person is UNSET) == (self.guest is UNSET):
            raise ValidationError("Send one of person and guest.")


def test_a_rule_over_several_fields_stands_in_the_dataclass() -> None:
    assert errors(Either, {}) == {"_schema": ["Send one of person and guest."]}
    assert schema_of(Either)().load({"person": "ani"}) == Either("ani")


def test_a_field_can_be_made_by_hand() -> None:
    @dataclass(frozen=True)
    class Post:
        email: Annotated[str, FieldOf(lambda: fields.Email(required=True))]

    assert errors(Post, {"email": "x"}) == {"email": ["Not a valid email address."]}


@dataclass(frozen=True)
class Pair(Generic[T]):
    suffix = "Pair"
    first: T
    second: T | None


def test_type_variables_are_replaced_within_other_types() -> None:
    assert schema_of(Pair[Option])().load({"first": {"starts": AT.isoformat(), "room": None}, "second": None}) == Pair(
        Option(AT, None), None
    )


@pytest.mark.parametrize(
    "annotation", [set[str], str | int, tuple[str, int], object()], ids=["set", "union", "tuple", "no type"]
)
def test_an_annotation_that_says_no_json_is_refused(annotation: Any) -> None:
    shape = dataclass(type("Odd", (), {"__annotations__": {"odd": annotation}, "__module__": __name__}))
    with pytest.raises(TypeError, match=r"Odd\.odd|Forward references|not a class|must be a type"):
        schema_of(shape)


def test_unset_counts_as_false() -> None:
    assert not UNSET
