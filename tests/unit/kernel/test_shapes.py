"""What a request's fields take."""

import pytest
from marshmallow import Schema, ValidationError

from services.kernel.shapes import line


class Said(Schema):
    text = line(longest=20)


@pytest.mark.parametrize("text", ["Halo", " Halo ", "\n\nHalo"])
def test_a_line_that_says_something_is_taken_as_it_is(text: str) -> None:
    assert Said().load({"text": text}) == {"text": text}


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0\u2003", "x" * 21, None, 3])
def test_a_line_of_blanks_or_of_none_or_too_long_is_malformed(text: object) -> None:
    with pytest.raises(ValidationError):
        Said().load({"text": text})
