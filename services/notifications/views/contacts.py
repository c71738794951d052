"""Whose letters were refused, and who is flagged for it. From the own log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, Expression, View
from services.kernel.views.view_store import Views
from services.notifications.domain.contact import ContactBounced, ContactReached, ContactRefused


def apply(recorded: Recorded) -> Applied:
    """One document a person and channel: ``{_id: person:channel, person, channel, in_doubt, flagged, reason, region,
    since: domain time (RFC 3339)}``; ``flagged`` is also ``in_doubt``.
    """
    person = recorded.stream_id
    match recorded.event:
        case ContactRefused(channel, _, reason):
            named = {"person": person, "channel": channel, "reason": reason, "in_doubt": True}
            flagged = Expression({"$ifNull": ["$flagged", False]})
            return [Change(f"{person}:{channel}", {**named, "flagged": flagged})]
        case ContactBounced(channel, region):
            since = recorded.at.isoformat(timespec="milliseconds")
            return [Change(f"{person}:{channel}", {"flagged": True, "region": region, "since": since})]
        case ContactReached(channel):
            return [Change(f"{person}:{channel}", {"in_doubt": False, "flagged": False})]
    return []


CONTACTS = View("contacts", 1, apply, indexes=([("flagged", 1), ("since", -1)], [("person", 1)]))


def in_doubt(views: Views, person: str) -> bool:
    """Whether letters to a person were refused since one was last taken."""
    return bool(views.find(CONTACTS, {"person": person, "in_doubt": True}, limit=1).items)


def flagged(views: Views, people: Sequence[str]) -> Mapping[str, list[str]]:
    """Those of the people whose contact is flagged, with the channels."""
    found: dict[str, list[str]] = {}
    where = {"person": {"$in": list(people)}, "flagged": True}
    for document in views.find(CONTACTS, where, limit=2 * len(people)).items if people else []:
        found.setdefault(document["person"], []).append(document["channel"])
    return found
