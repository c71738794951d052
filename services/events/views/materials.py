"""What activities left behind. Key: the material.

``{activity, title, url, text, licence, visibility, topic, region, searched, at}``; ``searched`` is what a search looks
through, in small letters.
"""

from __future__ import annotations

from dataclasses import asdict

from services.events.domain.material import MaterialPublished, MaterialWithdrawn
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, Remove, View


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    match recorded.event:
        case MaterialPublished(sheet=sheet):
            searched = " ".join(filter(None, (sheet.title, sheet.text))).casefold()
            document = {**asdict(sheet), "searched": searched, "at": moment(recorded.at)}
            return [Change(recorded.stream_id, document)]
        case MaterialWithdrawn():
            return [Remove(recorded.stream_id)]
    return []


MATERIALS = View(name="materials", version=1, apply=apply, indexes=([("activity", 1)], [("topic", 1)], [("at", 1)]))
