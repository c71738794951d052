"""The facts of other services that a service reads: for each fact a dataclass of the needed fields.

HEARD = FactShapes({"members.guest-tied": GuestTied, "members.member-joined": MemberJoined})

match HEARD.read(fact):
    case GuestTied(guest, person): ...
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.declare.plain import FACT


class FactShapes:
    """Frozen dataclasses by the name of the fact, ``members.guest-tied``.

    A class names only the fields that its service needs, and ignores other fields. A field without a default must be in
    every fact of that name; ``tests/contract/test_fact_shapes.py`` compares each class with the schema that the source
    publishes.
    """

    def __init__(self, shapes: Mapping[str, type[Any]]) -> None:
        self._shapes = dict(shapes)

    def read(self, fact: Fact) -> Any:
        """The fact's data as its dataclass, None for a fact without a class. Raises ``Misfit``, which parks the
        fact.
        """
        shape = self._shapes.get(fact.name)
        return None if shape is None else FACT.read(shape, fact.data)

    def __iter__(self) -> Iterator[tuple[str, type[Any]]]:
        return iter(self._shapes.items())
