"""From a wish to going live: readiness, the pilot, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow import ValidationError
from marshmallow.validate import Length, Regexp

from services.kernel.base.problem import Malformed
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity, up_to
from services.mentoring.api.case_access import CaseAccess, heard_of_staff, take_for_case, visible_case
from services.mentoring.api.case_presenter import CaseRef
from services.mentoring.dependencies import Dependencies
from services.mentoring.domain.case import Mentorship
from services.mentoring.domain.stages import CONDITIONS, AssessReadiness, Condition, DesignatePilot, GoLive, PassStage

LINK = Regexp(r"^https?://[^\s<>\"]{3,300}$", error="Not a web address.")
routes = Routes()


def _each_item_once(items: Sequence[str]) -> None:
    if len(set(items)) != len(items):
        raise ValidationError("Name each item once.")


@dataclass(frozen=True)
class Found:
    """The finding about one condition."""

    present: Annotated[bool, Described("whether the condition is met")]
    note: Annotated[str, up_to(500)] | None = None


@dataclass(frozen=True)
class Assessment:
    """A finding for each of ``CONDITIONS``."""

    computers: Found
    network: Found
    power: Found
    operator: Found
    budget: Found
    support: Found


@dataclass(frozen=True)
class Ticks:
    """The ticked items of a stage's checklist, and the evidence."""

    items: Annotated[
        tuple[Identity, ...],
        (Length(0, 50), _each_item_once),
        Described("the items of the stage's checklist that are done"),
    ] = ()
    note: Annotated[str, up_to(2000)] | None = None
    link: Annotated[str | None, LINK, Described("an address where evidence can be seen")] = None


@dataclass(frozen=True)
class ReadinessShown:
    mentorship: str
    score: int
    of: int
    missing: tuple[str, ...]


@routes.post("/v1/mentorships/{mentorship}/readiness", statuses=(201, 403, 404, 422))
def assess_readiness(deps: Dependencies, request: Request[Assessment]) -> Answer[ReadinessShown]:
    """Record which conditions for automation a library meets; a later assessment replaces the earlier one.

    For mentors, and for callers with ``mentorships.visit`` in the region.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = access.require(access.may_visit)
    found: dict[str, Found] = {name: getattr(request.body, name) for name in CONDITIONS}
    conditions = tuple(Condition(name, each.present, deps.seal_note(person, each.note)) for name, each in found.items())

    def readiness_of(case: Mentorship) -> ReadinessShown:
        missing = case.lacking or ()
        return ReadinessShown(access.identity, len(CONDITIONS) - len(missing), len(CONDITIONS), missing)

    return take_for_case(request, access.identity, AssessReadiness(conditions, person), readiness_of)


@routes.post("/v1/mentorships/{mentorship}/pilot", statuses=(201, 403, 404, 422))
def designate_pilot(deps: Dependencies, request: Request) -> Answer[CaseRef]:
    """Designate a library as a pilot.

    Needs ``mentorships.lead`` in the region. Refused unless the library is ready and its staff fulfils the rules for a
    pilot (gatherings attended, competence).
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person, rules = access.require(access.may_lead), deps.rules(request.now)
    heard = heard_of_staff(deps, access.staff, rules)
    return _take_step(request, access, DesignatePilot(heard, rules, access.template, person, request.now))


@routes.post("/v1/mentorships/{mentorship}/stages/{stage}", statuses=(201, 403, 404, 422))
def pass_stage(deps: Dependencies, request: Request[Ticks]) -> Answer[CaseRef]:
    """Pass the next stage, with the ticked items of its checklist and a link as evidence.

    For mentors. Stages are passed in order.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person, body = access.require(access.may_mentor), request.body
    stage = access.template.stage(request.path["stage"])
    unknown = set(body.items) - {item.item for item in stage.items} if stage else set()
    if unknown:
        raise Malformed(errors={"items": [f"Not on the checklist: {', '.join(sorted(unknown))}."]})
    note = deps.seal_note(person, body.note)
    command = PassStage(request.path["stage"], body.items, access.template, person, note, body.link)
    return _take_step(request, access, command)


@routes.post("/v1/mentorships/{mentorship}/go-live", statuses=(201, 403, 404, 422))
def go_live(deps: Dependencies, request: Request) -> Answer[CaseRef]:
    """Record that all loans go through the software from now on; the probation begins.

    For mentors.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = access.require(access.may_mentor)
    return _take_step(request, access, GoLive(access.template, deps.rules(request.now), person, request.now))


def _take_step(
    request: Request[Any], access: CaseAccess, command: DesignatePilot | PassStage | GoLive
) -> Answer[CaseRef]:
    def ref_of(case: Mentorship) -> CaseRef:
        return CaseRef(access.identity, access.library.id, case.stage)

    return take_for_case(request, access.identity, command, ref_of)
