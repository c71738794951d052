"""The materials of activities."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from services.events.domain.material import MaterialPublished, MaterialWithdrawn
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, Remove, View


@dataclass(frozen=True)
class MaterialRow:
    """``visibility`` is public or participants. A search looks through ``searched``, in small letters."""

    material: str
    activity: str
    title: str
    url: str | None
    text: str | None
    licence: str
    visibility: str
    topic: str | None
    region: str
    searched: str
    at: str


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case MaterialPublished(sheet=sheet):
            searched = " ".join(filter(None, (sheet.title, sheet.text))).casefold()
            row = MaterialRow(recorded.stream_id, **asdict(sheet), searched=searched, at=moment(recorded.at))
            return [Change.put(row)]
        case MaterialWithdrawn():
            return [Remove(recorded.stream_id)]
    return []


MATERIALS = View(
    name="materials",
    version=1,
    row=MaterialRow,
    apply=apply,
    indexes=([("activity", 1)], [("topic", 1)], [("at", 1)]),
)
