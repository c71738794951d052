from typing import Any

import pytest
from marshmallow import Schema, fields

from services.kernel.declare.route import Answer, Route
from tests.support.answer_schemas import AnswerDeviates, check_answer


class Book(Schema):
    title = fields.String(required=True)
    pages = fields.Integer(required=True, allow_none=True)


class Shelf(Schema):
    books = fields.List(fields.Nested(Book), required=True)
    first = fields.Nested(Book, required=True, allow_none=True)
    note = fields.String(required=True, data_key="remark")


class Loan(Schema):
    book = fields.String(required=True)
    until = fields.String()


BOOK = {"title": "t", "pages": 3}
SHELF = {"books": [BOOK], "first": None, "remark": "r"}


def check(schema: Schema, body: Any) -> None:
    check_answer("library", Route("GET", "/v1/shelf", lambda *_: Answer(), "shelf", "", answer=schema), body)


def test_an_answer_that_fits_passes() -> None:
    check(Shelf(), SHELF)
    check(Shelf(), {**SHELF, "first": BOOK, "books": [{"title": "t", "pages": None}]})


@pytest.mark.parametrize(
    ("body", "deviation"),
    [
        ({**SHELF, "more": 1}, "library shelf more: not declared"),
        ({"books": [], "first": None}, "library shelf remark: left out"),
        ({**SHELF, "books": [{**BOOK, "at": 1}]}, "library shelf books[].at: not declared"),
        ({**SHELF, "first": {"title": "t"}}, "library shelf first.pages: left out"),
        ({**SHELF, "remark": None}, "library shelf remark: "),
        ([], "library shelf .: is list"),
    ],
)
def test_a_deviation_is_named_with_its_place(body: Any, deviation: str) -> None:
    with pytest.raises(AnswerDeviates) as deviates:
        check(Shelf(), body)
    assert str(deviates.value).startswith(deviation)


def test_where_a_schema_says_what_is_required_the_others_may_be_left_out() -> None:
    check(Loan(), {"book": "b"})
    with pytest.raises(AnswerDeviates):
        check(Loan(), {"until": "u"})
