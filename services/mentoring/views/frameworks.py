"""The versions of the framework of competence, as members told them: where each version's units have gone. Key: the version.

``{number, moves: [{unit, to}]}``; ``number`` orders them, ``to`` is null for a unit that is rated no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, View


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    if fact.name != "members.framework-adopted":
        return []
    moves = [{"unit": moved["unit"], "to": moved["to"]} for moved in fact.data["migration"]]
    return [Change(str(fact.data["framework"]), {"number": fact.n, "moves": moves})]


FRAMEWORKS = View(name="frameworks", version=1, apply=apply, logs=(INBOX,))


def names_of(unit: str, versions: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What a unit has been called, oldest first, by the documents of this view. One that is rated no more keeps its last."""
    names = [unit]
    for version in sorted(versions, key=lambda document: document["number"]):
        gone_to = {moved["unit"]: moved["to"] for moved in version["moves"]}
        if (now := gone_to.get(names[-1])) is not None:
            names.append(now)
    return tuple(names)


def level_under(names: Iterable[str], levels: Mapping[str, int]) -> int:
    """The level that somebody was rated at under the newest of a unit's names that they were rated under; 0 for none."""
    return next((levels[name] for name in reversed(tuple(names)) if name in levels), 0)
