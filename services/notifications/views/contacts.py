"""The contacts of people on each channel: refused letters and flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, Expression, View
from services.kernel.views.view_store import Views
from services.notifications.domain.contact import ContactBounced, ContactReached, ContactRefused


@dataclass(frozen=True)
class ContactRow:
    """A person's contact on one channel; ``contact`` is ``person:channel``.

    ``in_doubt``: letters were refused since the channel last took a letter. A ``flagged`` contact is in doubt too. ``region`` and
    ``since`` (RFC 3339) are of the latest flag; "" before the first.
    """

    contact: str
    person: str
    channel: str
    reason: str
    in_doubt: bool
    flagged: bool
    region: str | None = None
    since: str = ""


def apply(recorded: Recorded) -> Applied:
    person = recorded.stream_id
    match recorded.event:
        case ContactRefused(channel, _, reason):
            named = {"person": person, "channel": channel, "reason": reason, "in_doubt": True}
            still_flagged = Expression({"$ifNull": ["$flagged", False]})
            return [Change(f"{person}:{channel}", {**named, "flagged": still_flagged})]
        case ContactBounced(channel, region):
            since = recorded.at.isoformat(timespec="milliseconds")
            return [Change(f"{person}:{channel}", {"flagged": True, "region": region, "since": since})]
        case ContactReached(channel):
            return [Change(f"{person}:{channel}", {"in_doubt": False, "flagged": False})]
    return []


CONTACTS = View(
    name="contacts",
    version=1,
    row=ContactRow,
    apply=apply,
    indexes=([("flagged", 1), ("since", -1)], [("person", 1)]),
)


def is_in_doubt(views: Views, person: str) -> bool:
    """Whether a channel has refused a letter to the person and taken none since."""
    return bool(views.find(CONTACTS, {"person": person, "in_doubt": True}, limit=1).items)


def flagged_channels(views: Views, people: Sequence[str]) -> Mapping[str, list[str]]:
    """Person → the channels on which the contact is flagged, without people who have none."""
    found: dict[str, list[str]] = {}
    wanted = {"person": {"$in": list(people)}, "flagged": True}
    for row in views.find(CONTACTS, wanted, limit=2 * len(people)).items if people else []:
        found.setdefault(row.person, []).append(row.channel)
    return found
