"""Facts of other services, read as dataclasses."""

from dataclasses import dataclass
from typing import Any

import pytest

from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.plain import Misfit
from tests.support.sample_domain import fact


@dataclass(frozen=True)
class BookPut:
    title: str
    copies: int = 1


HEARD = FactShapes({"others.book-put": BookPut})


def told(**data: Any) -> Fact:
    return fact("others", 1, **data)


def test_a_fact_is_read_as_its_class_and_further_fields_are_ignored() -> None:
    assert HEARD.read(told(title="x", colour="red")) == BookPut("x")


def test_an_unlisted_fact_reads_as_none() -> None:
    assert HEARD.read(fact("others", 1, type="book-lost", title="x")) is None


@pytest.mark.parametrize("data", [{"copies": 2}, {"title": None}, {"title": "x", "copies": "2"}], ids=str)
def test_a_fact_that_does_not_fit_is_an_error(data: dict[str, Any]) -> None:
    with pytest.raises(Misfit, match=r"BookPut: .*(title|copies)"):
        HEARD.read(told(**data))
