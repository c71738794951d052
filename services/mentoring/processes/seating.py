"""How facts of members move people on the seats of an office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.kernel.base.message import Fact

SEATING_FACTS = frozenset(
    f"members.{kind}" for kind in ("office-assumed", "office-vacated", "stand-in-named", "stand-in-ended")
)


def seated(seat: Mapping[str, Any], fact: Fact) -> dict[str, Any]:
    """The seat ``{holder, stand_in}`` of an office that one person holds, after a fact about it."""
    person = str(fact.data["person"])
    match fact.type:
        case "office-assumed":
            return {"holder": person, "stand_in": None}
        case "stand-in-named":
            return {**seat, "stand_in": person}
        case "office-vacated":
            return {**seat, "holder": None}
        case _:
            return {**seat, "stand_in": None}
