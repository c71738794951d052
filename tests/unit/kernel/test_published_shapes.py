"""What annotates a dataclass makes the fields and queries that are published, while both forms stand beside each other."""

from dataclasses import make_dataclass
from datetime import datetime
from typing import Annotated, Any

import pytest
from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Range

from services.kernel.declare import shapes
from services.kernel.declare.schema import schema_of
from services.kernel.declare.shapes import BoundedPageQuery, Identity, Line, OptionalPageQuery, PageQuery, up_to
from services.kernel.http.openapi import _schema_name

PUBLISHED: list[tuple[type[Any], Any]] = [
    (PageQuery, shapes.Paging()),
    (OptionalPageQuery, shapes.OptionalPaging()),
    (BoundedPageQuery, shapes.BoundedPaging()),
]


@pytest.mark.parametrize(("query", "schema"), PUBLISHED, ids=lambda each: getattr(each, "__name__", ""))
def test_page_queries_keep_their_published_form(query: type[Any], schema: Schema) -> None:
    converter = OpenAPIConverter("3.1.0", _schema_name, APISpec("t", "1", "3.1.0"))
    ours, published = schema_of(query, "query")(), schema
    assert converter.fields2jsonschema(ours.fields) == converter.fields2jsonschema(published.fields)


FIELDS: list[tuple[Any, fields.Field[Any]]] = [
    (Identity, shapes.identity()),
    (shapes.Identity80, shapes.identity(published_length=80)),
    (shapes.Slug, shapes.slug()),
    (Line, shapes.line()),
    (shapes.Text, shapes.text()),
    (Annotated[str, up_to(20)], shapes.line(longest=20)),
    (Annotated[int, Range(1, 5)], shapes.number(1, 5)),
    (bool, shapes.truth()),
    (datetime, shapes.time()),
]


@pytest.mark.parametrize(("annotation", "field"), FIELDS, ids=range(len(FIELDS)))
def test_annotations_make_the_published_fields(annotation: Any, field: fields.Field[Any]) -> None:
    made = schema_of(make_dataclass("One", [("one", annotation)], frozen=True))().fields["one"]
    converter = OpenAPIConverter("3.1.0", _schema_name, APISpec("t", "1", "3.1.0"))
    assert converter.field2property(made) == converter.field2property(field)
    for value in ("a", "a.b", " ", "", "x" * 81, 3, True, None, "2026-03-02T08:00:00Z", "2026-03-02T08:00:00"):
        assert _outcome(made, value) == _outcome(field, value)


def _outcome(field: fields.Field[Any], value: Any) -> Any:
    try:
        return field.deserialize(value)
    except ValidationError as error:
        return error.messages
