"""The activities that a person took part in, as a member and as a guest before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from services.events.dependencies import READ_MEMBERS, Dependencies
from services.events.views.activities import ACTIVITIES
from services.events.views.participation import PARTICIPATION, ParticipationRow, Took, together
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Listing, fill

routes = Routes()


@dataclass(frozen=True)
class FurtherIds:
    ids: Annotated[str, Described("guest ids of the same person, by commas")] = ""


@dataclass(frozen=True)
class ParticipationShown:
    activity: str
    kind: str | None
    title: str | None
    starts: str | None
    state: str | None
    seat: Annotated[str | None, Described("taken, line, released, or none")]
    attended: bool
    sessions: Annotated[tuple[str, ...], Described("of its agenda, those at which the person was")]
    method: str | None
    at: Annotated[str | None, Described("when the attendance was recorded")]
    feedback: bool


class ParticipationList(Listing[ParticipationShown]):
    pass


@routes.get("/v1/participation/{person}", statuses=(200, 403))
def show_participation(deps: Dependencies, request: Request[None, FurtherIds]) -> Answer[ParticipationList]:
    """List the activities that a person registered for or attended.

    For the person, and for callers with ``members.read`` in the person's region.
    """
    person = request.path["person"]
    own = deps.views.get(PARTICIPATION, person) or ParticipationRow(person)
    asked = [each for each in request.query.ids.split(",") if each]
    if person != request.actor.require_person():
        request.actor.require(READ_MEMBERS, own.region or None)
    ids = dict.fromkeys([person, *own.guests, *asked])
    rows = [found for each in ids if (found := deps.views.get(PARTICIPATION, each)) is not None]
    if not request.actor.may(READ_MEMBERS, own.region or None):
        # An id counts only if known to be the person's own: nobody reads the history of a stranger's id.
        rows = [row for row in rows if person in {row.participant, row.person}]
    items = [participation_shown(deps, activity, took) for activity, took in together(rows).items()]
    items.sort(key=lambda item: (item.starts or "", item.activity))
    return Answer(ParticipationList(tuple(items)))


def participation_shown(deps: Dependencies, activity: str, took: Took) -> ParticipationShown:
    row = deps.views.get(ACTIVITIES, activity)
    about = (None,) * 4 if row is None else (row.kind, row.title, row.starts, row.state)
    kind, title, starts, state = about
    return fill(ParticipationShown, took, activity=activity, kind=kind, title=title, starts=starts, state=state)
