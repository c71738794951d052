"""Registering for an activity, and giving the seat back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from marshmallow import ValidationError

from services.events.dependencies import PLAN, Dependencies
from services.events.domain.seats import IN_LINE, SEATS, TAKEN, ReleaseSeat, SeatPromoted, Seats, TakeSeat
from services.events.views.registrations import REGISTRATIONS
from services.kernel.base.message import Event
from services.kernel.base.problem import Malformed
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Listing

routes = Routes()


@dataclass(frozen=True)
class Registrant:
    """The caller, unless a planner names a ``person``; for a person who is no member, a ``guest`` id made by the
    gateway.
    """

    person: Annotated[Identity | None, Described("the member to register; the caller if left out")] = None
    guest: Annotated[Identity | None, Described("the guest to register")] = None

    def __post_init__(self) -> None:
        if self.person and self.guest:
            raise ValidationError("Send one of person and guest.")


@dataclass(frozen=True)
class SeatShown:
    """``guest`` is part of the list alone."""

    activity: str
    person: str
    seat: Annotated[str, Described("taken or line")]
    place: int | None
    guest: Annotated[bool, Described("in the list: whoever has it is nobody's member")] | Unset = UNSET


@dataclass(frozen=True)
class ReleaseShown:
    released: bool
    promoted: str | None


class SeatList(Listing[SeatShown]):
    pass


@routes.post("/v1/activities/{activity}/registrations", statuses=(201, 403, 404, 422, 503))
def register(deps: Dependencies, request: Request[Registrant]) -> Answer[SeatShown]:
    """Register a person for an activity: a seat if one is free, otherwise a place in the line.

    Members register themselves. Registering another ``person`` needs ``activities.plan`` in the region. A ``guest``
    gets a seat if the activity is open to guests.
    """
    guest = request.body.guest
    person = guest or request.body.person or request.actor.require_person()
    current = deps.activity(request.path["activity"], request.actor)
    if guest and deps.is_member(guest):
        raise Malformed(errors={"guest": ["This is a member's id."]})
    if person != request.actor.id and not guest:
        request.actor.require(PLAN, current.plan.region)

    def seat_of(seats: Seats | None, _events: object) -> SeatShown:
        assert seats is not None  # the command was taken, so the seats are open
        seat = TAKEN if person in seats.taken else IN_LINE
        return SeatShown(current.identity, person, seat, seats.place_in_line(person))

    stranger = guest is not None and not request.actor.may(PLAN, current.plan.region)
    command = TakeSeat(
        person,
        request.now,
        current.activity.state,
        stranger=stranger,
        open=current.plan.open,
        guest=guest is not None,
    )
    return request.outcome(SEATS, current.identity, command, seat_of)


@routes.delete("/v1/activities/{activity}/registrations/{person}", statuses=(200, 403, 404, 422))
def release(deps: Dependencies, request: Request) -> Answer[ReleaseShown]:
    """Give up a seat or a place in the line; a seat goes at once to the first person in the line.

    For the registered person; for anybody else's registration ``activities.plan`` in the region is needed.
    """
    person = request.path["person"]
    current = deps.activity(request.path["activity"], request.actor)
    if person not in deps.ids_of_person(request.actor.require_person()):
        request.actor.require(PLAN, current.plan.region)

    def released(_seats: object, events: Sequence[Event]) -> ReleaseShown:
        promoted = [event.person for event in events if isinstance(event, SeatPromoted)]
        return ReleaseShown(released=True, promoted=promoted[0] if promoted else None)

    return request.outcome(SEATS, current.identity, ReleaseSeat(person, request.now), released)


@routes.get("/v1/activities/{activity}/registrations", statuses=(200, 404))
def list_registrations(deps: Dependencies, request: Request) -> Answer[SeatList]:
    """List who has a seat and who waits in the line.

    Callers with ``activities.plan`` in the region get everybody, other members only their own registration.
    """
    person = request.actor.require_person()
    current = deps.activity(request.path["activity"], request.actor)
    row = deps.views.get(REGISTRATIONS, current.identity)
    if row is None:
        return Answer(SeatList(()))
    activity = current.identity
    guests = row.guests or ()
    seats = [SeatShown(activity, each, TAKEN, None, each in guests) for each in row.taken]
    line = [SeatShown(activity, each, IN_LINE, n, each in guests) for n, each in enumerate(row.line, start=1)]
    if request.actor.may(PLAN, current.plan.region):
        return Answer(SeatList((*seats, *line)))
    own = deps.ids_of_person(person)
    return Answer(SeatList(tuple(each for each in (*seats, *line) if each.person in own)))
