"""The present state of a case from the log, and the rights of the caller in the case.

The case is read from the log and not from a view, because rights depend on it, and a person may go on at once after opening a
case. The staff of the library is known as far as members have told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.kernel.base.ids import derived_id
from services.kernel.base.problem import Forbidden, Malformed, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request
from services.kernel.declare.view import View
from services.mentoring.dependencies import LEAD, VISIT, Dependencies
from services.mentoring.domain.case import CLOSED, Library, Mentorship
from services.mentoring.domain.mentorship import MENTORSHIP, MentorshipCommand
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.domain.stages import Heard
from services.mentoring.domain.template import Template
from services.mentoring.templates import templates
from services.mentoring.views.frameworks import FRAMEWORKS, level_under, names_of
from services.mentoring.views.gatherings import GATHERINGS
from services.mentoring.views.libraries import LIBRARIES, LibraryRow
from services.mentoring.views.practice import PRACTICE, PracticeRow

ABLE_UNIT = "b-slims"
MAX_CASES = 100
KeptT = TypeVar("KeptT")
RowT = TypeVar("RowT")


@dataclass(frozen=True)
class CaseAccess:
    """One case and the rights of ``actor`` in it. ``known`` is the library by the facts of members."""

    identity: str
    case: Mentorship
    library: Library
    version: int
    actor: Actor
    known: LibraryRow

    @property
    def template(self) -> Template:
        """The template that the case began with."""
        return templates()[self.case.template]

    @property
    def staff(self) -> tuple[str, ...]:
        """The persons who work at the library now."""
        return tuple(self.known.present_staff)

    @property
    def may_lead(self) -> bool:
        """May assign mentors, name a pilot, close."""
        return self.actor.may(LEAD, self.library.region)

    @property
    def may_mentor(self) -> bool:
        """Is a mentor of this library, or leads in its region."""
        return self.may_lead or (self.actor.kind == "person" and self.actor.id in self.case.mentors)

    @property
    def may_visit(self) -> bool:
        """May visit libraries of the region."""
        return self.may_mentor or self.actor.may(VISIT, self.library.region)

    @property
    def works_at_library(self) -> bool:
        """Works at the library now."""
        return self.actor.kind == "person" and self.actor.id in self.staff

    def require(self, allowed: bool) -> str:
        """The acting person's id, where allowed. Raises ``Unauthorized`` or ``Forbidden``."""
        person = self.actor.require_person()
        if not allowed:
            raise Forbidden(region=self.library.region)
        return person


def visible_case(deps: Dependencies, identity: str, actor: Actor) -> CaseAccess:
    """The case, if the actor may know of it. Raises ``NotFound``, and ``Unauthorized`` for an anonymous actor."""
    actor.require_person()
    found = any_case(deps, identity, actor)
    if not (found.may_visit or found.works_at_library):
        raise NotFound
    return found


def any_case(deps: Dependencies, identity: str, actor: Actor) -> CaseAccess:
    """The case without a check of the actor's rights, which is left to the calling handler. Raises ``NotFound``."""
    case, version = deps.commands.state(MENTORSHIP, identity)
    if case is None:
        raise NotFound
    return CaseAccess(identity, case, case.library, version, actor, deps.library(case.library.id))


def take_for_case(
    request: Request[Any],
    mentorship: str,
    command: MentorshipCommand,
    answer: Callable[[Mentorship], KeptT],
    *,
    location: str | None = None,
) -> Answer[KeptT]:
    """Take one command on a case, and make the answer from the case afterwards. Raises as ``Request.outcome`` does."""

    def kept(case: Mentorship | None, _events: object) -> KeptT:
        assert case is not None  # the command was taken, so the case was opened
        return answer(case)

    return request.outcome(MENTORSHIP, mentorship, command, kept, location=location)


def current_case(deps: Dependencies, library: str) -> str:
    """The id of the library's open case, or of the library's next case.

    The id is made of the library and a number, so two people who open a case at the same moment write to the same stream, and the
    stream's version lets only the first succeed.
    """
    for number in range(1, MAX_CASES + 1):
        identity = derived_id("mentorship", library, number)
        case, _version = deps.commands.state(MENTORSHIP, identity)
        if case is None or case.state != CLOSED:
            return identity
    raise NotFound


def current_case_in_region(deps: Dependencies, library: str, region: str) -> str:
    """``current_case`` of a library that is registered in the region. Raises ``Malformed`` for any other library."""
    known = deps.views.get(LIBRARIES, library)
    if known is None or known.region != region:
        raise Malformed(errors={"library": ["There is no such library in this region."]})
    return current_case(deps, library)


def heard_of_staff(deps: Dependencies, staff: tuple[str, ...], rules: RulesInForce) -> Heard:
    """The gatherings with at least one of these people, and the people rated able, as far as told by now."""
    everyone = [identity for person in staff for identity in (person, *deps.guests(person))]
    practice = {row.participant: row for row in rows_under(deps, PRACTICE, everyone)}
    attended = {activity for row in practice.values() for activity in row.activities}
    gatherings = tuple(sorted(row.activity for row in rows_under(deps, GATHERINGS, sorted(attended))))
    names = able_unit(deps)
    levels = {person: practice.get(person, PracticeRow(person)).levels for person in staff}
    return Heard(gatherings, tuple(each for each in staff if level_under(names, levels[each]) >= rules.pilot_level))


def able_unit(deps: Dependencies) -> tuple[str, ...]:
    """All names of the unit that a pilot's staff is able in, oldest first: a new version of the framework may rename it."""
    return names_of(ABLE_UNIT, deps.views.all(FRAMEWORKS))


def rows_under(deps: Dependencies, view: View[RowT], keys: Sequence[str]) -> list[RowT]:
    """The rows of a view under these keys; a key without a row is skipped."""
    found: list[RowT] = []
    for begin in range(0, len(keys), 100):
        some = list(keys[begin : begin + 100])
        found += deps.views.find(view, {"_id": {"$in": some}}, limit=len(some)).items
    return found
