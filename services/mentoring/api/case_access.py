"""A mentorship as the log has it at this moment, and what whoever asks may do with it.

Read from the log and not from a view: it decides what may be done, and whoever has just opened a case may go on at once.
Who works at the library is what members have told by now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.kernel.base.ids import derived_id
from services.kernel.base.problem import Forbidden, Malformed, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.view import View
from services.mentoring.domain.case import CLOSED, Library, Mentorship
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.pilot import Heard
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.domain.template import Template
from services.mentoring.parts import LEAD, VISIT, Parts
from services.mentoring.templates import templates
from services.mentoring.views.frameworks import FRAMEWORKS, level_under, names_of
from services.mentoring.views.gatherings import GATHERINGS
from services.mentoring.views.libraries import LIBRARIES, present_staff
from services.mentoring.views.participants import PARTICIPANTS
from services.mentoring.views.practice import PRACTICE

ABLE_UNIT = "b-slims"
CASES_AT_MOST = 100


@dataclass(frozen=True)
class Standing:
    """One case, and the rights of ``actor`` in it. ``staff`` are those who work at the library now."""

    identity: str
    case: Mentorship
    library: Library
    version: int
    actor: Actor
    staff: tuple[str, ...]
    known: dict[str, Any]

    @property
    def template(self) -> Template:
        """The template that the case began with."""
        return templates()[self.case.template]

    @property
    def leads(self) -> bool:
        """May assign mentors, name a pilot, close."""
        return self.actor.may(LEAD, self.library.region)

    @property
    def mentors(self) -> bool:
        """Goes along with this library, or leads in its region."""
        return self.leads or (self.actor.kind == "person" and self.actor.id in self.case.mentors)

    @property
    def visits(self) -> bool:
        """May visit libraries of the region."""
        return self.mentors or self.actor.may(VISIT, self.library.region)

    @property
    def of_the_library(self) -> bool:
        """Works there now."""
        return self.actor.kind == "person" and self.actor.id in self.staff

    def require(self, allowed: bool) -> str:
        """The acting person's id, where allowed. Raises ``Unauthorized`` or ``Forbidden``."""
        person = self.actor.require_person()
        if not allowed:
            raise Forbidden(region=self.library.region)
        return person


def standing(parts: Parts, identity: str, actor: Actor) -> Standing:
    """The case, if the actor may know of it. Raises ``NotFound``, and ``Unauthorized`` for nobody."""
    actor.require_person()
    found = looked_at(parts, identity, actor)
    if not (found.visits or found.of_the_library):
        raise NotFound
    return found


def looked_at(parts: Parts, identity: str, actor: Actor) -> Standing:
    """The case, whoever asks. Raises ``NotFound`` where there is none."""
    case, version = parts.commands.state(MENTORSHIP, identity)
    if case.library is None:
        raise NotFound
    known = parts.views.get(LIBRARIES, case.library.id) or {}
    return Standing(identity, case, case.library, version, actor, tuple(present_staff(known)), known)


def case_of(parts: Parts, library: str) -> str:
    """The id of the library's case: the open one, else the one that would be its next.

    It is made of the library and a number, so that two who open a case at the same moment name the same stream, and the
    stream's version lets one of them be first.
    """
    for number in range(1, CASES_AT_MOST + 1):
        identity = derived_id("mentorship", library, number)
        case, _version = parts.commands.state(MENTORSHIP, identity)
        if case.state != CLOSED:
            return identity
    raise NotFound


def case_in(parts: Parts, library: str, region: str) -> str:
    """``case_of`` a library that is registered in the region. Raises ``Malformed`` for any other."""
    known = parts.views.get(LIBRARIES, library)
    if known is None or known.get("region") != region:
        raise Malformed(errors={"library": ["There is no such library in this region."]})
    return case_of(parts, library)


def heard_of(parts: Parts, staff: tuple[str, ...], rules: RulesInForce) -> Heard:
    """What has been heard of these people by now: the gatherings that they were at between them, and who is able."""
    ids = {person: [person, *_guests(parts, person)] for person in staff}
    everyone = [identity for known in ids.values() for identity in known]
    documents = {document["_id"]: document for document in found_in(parts, PRACTICE, everyone)}
    attended = {activity for document in documents.values() for activity in document.get("activities", {})}
    gatherings = tuple(sorted(document["_id"] for document in found_in(parts, GATHERINGS, sorted(attended))))
    names = able_unit(parts)
    levels = {person: documents.get(person, {}).get("levels", {}) for person in staff}
    return Heard(gatherings, tuple(one for one in staff if level_under(names, levels[one]) >= rules.pilot_level))


def able_unit(parts: Parts) -> tuple[str, ...]:
    """What the unit has been called that a pilot's staff are able in, oldest first: a new version of the framework may move it."""
    return names_of(ABLE_UNIT, parts.views.all(FRAMEWORKS))


def _guests(parts: Parts, person: str) -> list[str]:
    return list((parts.views.get(PARTICIPANTS, person) or {}).get("guests", ()))


def found_in(parts: Parts, view: View, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The documents of a view under these keys, those that there are."""
    found: list[dict[str, Any]] = []
    for begin in range(0, len(ids), 100):
        some = list(ids[begin : begin + 100])
        found += parts.views.find(view, {"_id": {"$in": some}}, limit=len(some)).items
    return found
