from dataclasses import dataclass

from services.kernel.views.arrays import appending


@dataclass(frozen=True)
class Remark:
    by: str
    marks: tuple[int, ...]


def test_a_dataclass_is_appended_as_a_document() -> None:
    expression = appending("notes", Remark("ani", (1, 2)))
    assert expression.value["$concatArrays"][1] == [{"$literal": {"by": "ani", "marks": [1, 2]}}]
    assert appending("line", "q").value["$concatArrays"][1] == [{"$literal": "q"}]
