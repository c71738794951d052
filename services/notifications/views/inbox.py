"""The inboxes of all people: one line for each fact told to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, Expression, View
from services.notifications.domain.message import Kind, MessagePlanned, Variable

WITHOUT_LINE = frozenset({Kind.LOGIN_CODE, Kind.DIGEST})
"""A login code expires before its line would be read; the lines of a digest stand in the inbox already."""


@dataclass(frozen=True)
class MessageRow:
    """``line`` is ``fact:person``. Of several messages about one fact the first fills the row. ``at`` is RFC 3339."""

    line: str
    person: str
    kind: str
    at: str
    variables: tuple[Variable, ...]
    activity: str | None = None
    region: str | None = None


def apply(recorded: Recorded) -> Applied:
    message = recorded.event
    if not isinstance(message, MessagePlanned) or message.kind in WITHOUT_LINE:
        return []
    line = _unless_filled(
        {
            "kind": str(message.kind),
            "at": recorded.at.isoformat(timespec="milliseconds"),
            "activity": message.activity,
            "region": message.region,
            "variables": [{"name": variable.name, "value": variable.value} for variable in message.variables],
        }
    )
    return [Change(f"{message.fact}:{person}", {"person": person, **line}) for person in message.people]


def _unless_filled(line: Mapping[str, Any]) -> dict[str, Expression]:
    """Sets each field in a fresh document, and leaves the fields of a filled document as they are."""
    fresh = {"$eq": [{"$type": "$kind"}, "missing"]}
    return {name: Expression({"$cond": [fresh, {"$literal": value}, f"${name}"]}) for name, value in line.items()}


MESSAGES = View(name="messages", version=2, row=MessageRow, apply=apply, indexes=([("person", 1), ("at", -1)],))
