"""What each person was told: one line for each fact that concerned them. From the own log."""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, Expression, View
from services.notifications.domain.message import Kind, MessagePlanned

NO_LINE = frozenset({Kind.LOGIN_CODE, Kind.DIGEST})


def apply(recorded: Recorded) -> Applied:
    """One document a (fact, person), by the first message that told it, as in the deliveries:
    ``{_id, person, kind, at: domain time (RFC 3339), activity, region, variables: [{name, value}]}``.

    Login codes are none of it: they are dead by the time that somebody reads this. Nor is a digest, whose lines stand here
    already.
    """
    message = recorded.event
    if not isinstance(message, MessagePlanned) or message.kind in NO_LINE:
        return []
    line = {
        "kind": str(message.kind),
        "at": recorded.at.isoformat(timespec="milliseconds"),
        "activity": message.activity,
        "region": message.region,
        "variables": [{"name": variable.name, "value": variable.value} for variable in message.variables],
    }
    first = {
        name: Expression({"$cond": [{"$eq": [{"$type": "$kind"}, "missing"]}, {"$literal": value}, f"${name}"]})
        for name, value in line.items()
    }
    return [Change(f"{message.fact}:{person}", {"person": person, **first}) for person in message.people]


MESSAGES = View("messages", 2, apply, indexes=([("person", 1), ("at", -1)],))
