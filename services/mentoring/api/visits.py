"""Visits, and the hand-over page that tells a newcomer at the library how to go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from marshmallow import ValidationError
from marshmallow.validate import Length, OneOf, Range

from services.kernel.base.local_time import local_day
from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Listing, PageQuery, fill, paged, paging, up_to
from services.mentoring.api.case_access import CaseAccess, take_for_case, visible_case
from services.mentoring.api.case_presenter import (
    Cost,
    InstallationShown,
    OpenBlocker,
    StaffShown,
    cost_of,
    hours_given,
    installation_shown,
    open_blockers,
    staff_shown,
)
from services.mentoring.dependencies import Dependencies
from services.mentoring.domain.access import ConfirmRotation, NoteInstallation
from services.mentoring.domain.case import OPEN, Note
from services.mentoring.domain.visit import CALL, CHAT, MAX_VISIT_MINUTES, ON_SITE, VISIT, LogVisit
from services.mentoring.templates import VERSION
from services.mentoring.views.libraries import LibraryRow
from services.mentoring.views.mentorships import MENTORSHIPS, MentorshipRow
from services.mentoring.views.visits import VISITS, VisitRow

HOSTS = ("library-computer", "school-server", "hosting", "other")
LATEST_VISITS = 10
routes = Routes()


def _has_a_number(version: str) -> None:
    # Another validator refuses blanks already, with its own words.
    if version.strip() and VERSION.search(version) is None:
        raise ValidationError("Write the number of the version, as in 9.6.1.")


@dataclass(frozen=True, kw_only=True)
class NewVisit:
    """Entered in half a minute on a phone, so the body asks for little. ``day`` is today unless given."""

    day: Annotated[date | None, Described("the day of the visit; today if left out")] = None
    minutes: Annotated[int, Range(1, MAX_VISIT_MINUTES)]
    mode: Annotated[str, OneOf([ON_SITE, CALL, CHAT])] = ON_SITE
    done: Annotated[str, up_to(2000), Described("what was done")]
    next: Annotated[str | None, up_to(2000), Described("what comes next")] = None
    internal: Annotated[str | None, up_to(2000), Described("a note that only those who accompany the library read")] = (
        None
    )
    staff: Annotated[tuple[Identity, ...], Length(0, 20), Described("people of the library who took part")] = ()
    units: Annotated[
        tuple[Identity, ...] | None, Length(0, 20), Described("units of competence that were worked on")
    ] = None


@dataclass(frozen=True)
class VisitRef:
    mentorship: str
    visit: str
    minutes: int


@dataclass(frozen=True)
class VisitShown:
    """``internal`` is for mentors and visitors, and left out for the library."""

    visit: str
    mentorship: str
    day: str
    minutes: int
    mode: str
    by: str
    staff: tuple[str, ...]
    units: tuple[str, ...]
    done: str | None
    next: str | None
    internal: str | Unset | None = UNSET


@dataclass(frozen=True)
class Installation:
    """``version`` is the name with its number: ``9.6.1``, ``SLiMS 9 (Bulian) v9.6.1``."""

    version: Annotated[str, (*up_to(40), _has_a_number)]
    host: Annotated[str, OneOf(HOSTS), Described("the machine that the software runs on")]


@dataclass(frozen=True)
class Rotation:
    passwords: Annotated[tuple[Identity, ...], Length(1, 20), Described("the names of the passwords that were changed")]


@dataclass(frozen=True)
class CaseOnly:
    mentorship: str


@dataclass(frozen=True)
class NextStage:
    """``items`` are the texts of the checklist."""

    stage: str
    name: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class NextStep:
    """The next step, as a visitor noted on the day."""

    day: str
    text: str


@dataclass(frozen=True)
class PasswordShown:
    """``rotated`` is when the password was last changed; ``due``: it was not changed since the last person left."""

    password: str
    name: str
    rotated: str | None
    due: bool


@dataclass(frozen=True)
class HandoverShown:
    mentorship: str
    library: str
    name: str | None
    stage: str
    stage_name: str
    mentors: tuple[str, ...]
    next_stage: NextStage | None
    blockers: tuple[OpenBlocker, ...]
    next: tuple[NextStep, ...]
    visits: tuple[VisitShown, ...]
    passwords: tuple[PasswordShown, ...]
    installation: InstallationShown | None
    staff: tuple[StaffShown, ...]
    hours: float
    cost: Cost


@routes.post("/v1/mentorships/{mentorship}/visits", statuses=(201, 403, 404, 422))
def log_visit(deps: Dependencies, request: Request[NewVisit]) -> Answer[VisitRef]:
    """Record a visit, a call or a chat with a library.

    For mentors, and for callers with ``mentorships.visit`` in the region.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person, body = access.require(access.may_visit), request.body
    strangers = set(body.staff) - set(access.known.staff)
    if strangers:
        raise Malformed(errors={"staff": [f"Not of this library: {', '.join(sorted(strangers))}."]})
    today = local_day(request.now)
    visit = request.new_id("visit")
    texts = [("done", body.done), ("next", body.next), ("internal", body.internal)]
    sealed = deps.vault.seal_all(person, texts)
    notes = {name: None if text is None else Note(person, text) for name, text in sealed.items()}
    command = LogVisit(
        mentorship=access.identity,
        library=access.library,
        open=access.case.state == OPEN,
        visitor=person,
        day=body.day or today,
        today=today,
        minutes=body.minutes,
        mode=body.mode,
        done=notes["done"] or Note(person, ""),
        next=notes["next"],
        internal=notes["internal"],
        staff=body.staff,
        units=_units_worked_on(access) if body.units is None else body.units,
    )
    ref = VisitRef(access.identity, visit, body.minutes)
    return request.outcome(VISIT, visit, command, lambda *_: ref)


@routes.get("/v1/mentorships/{mentorship}/visits", statuses=(200, 404))
def list_visits(deps: Dependencies, request: Request[None, PageQuery]) -> Answer[Listing[VisitShown]]:
    """List the visits to a library, the latest first.

    Internal notes are shown only to mentors and those who may visit.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    wanted = {"mentorship": access.identity}
    page = deps.views.find(VISITS, wanted, sort="order", descending=True, **paging(request))
    return paged(page, lambda row: _visit_shown(deps, access, row))


@routes.get("/v1/mentorships/{mentorship}/handover", statuses=(200, 404))
def show_library_handover(deps: Dependencies, request: Request) -> Answer[HandoverShown]:
    """Show what a successor at the library needs to know: stage, blockers, next steps, visits, passwords to change.

    For mentors, visitors of the region and people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    row = deps.views.get(MENTORSHIPS, access.identity)
    if row is None:
        raise NotFound
    wanted = {"mentorship": access.identity}
    latest = deps.views.find(VISITS, wanted, sort="order", descending=True, limit=LATEST_VISITS).items
    visits = tuple(replace(_visit_shown(deps, access, each), internal=None) for each in latest)
    here = access.template.stage(access.case.stage)
    shown = HandoverShown(
        mentorship=access.identity,
        library=access.library.id,
        name=access.known.name,
        stage=access.case.stage,
        stage_name=here.name if here else access.case.stage,
        mentors=access.case.mentors,
        next_stage=_next_stage(access),
        blockers=open_blockers(deps, row),
        next=tuple(NextStep(each.day, each.next) for each in visits if each.next),
        visits=visits,
        passwords=_passwords_shown(access, row),
        installation=installation_shown(access.template, row),
        staff=staff_shown(access.known),
        hours=hours_given(row),
        cost=cost_of(access.template, row.given.minutes),
    )
    return Answer(shown, version=access.version)


@routes.post("/v1/mentorships/{mentorship}/handover/passwords", statuses=(201, 403, 404, 422))
def confirm_password_rotation(deps: Dependencies, request: Request[Rotation]) -> Answer[CaseOnly]:
    """Confirm which of the library's passwords were changed; the passwords themselves are never sent.

    For mentors and people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person, passwords = access.require(access.may_mentor or access.works_at_library), request.body.passwords
    unknown = set(passwords) - set(access.template.rotate)
    if unknown:
        raise Malformed(errors={"passwords": [f"Not on the list: {', '.join(sorted(unknown))}."]})
    return _take_and_name(request, access, ConfirmRotation(passwords, person))


@routes.post("/v1/mentorships/{mentorship}/installation", statuses=(201, 403, 404, 422))
def note_installation(deps: Dependencies, request: Request[Installation]) -> Answer[CaseOnly]:
    """Record which version of the software is installed, and on which machine.

    For mentors and people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = access.require(access.may_mentor or access.works_at_library)
    return _take_and_name(request, access, NoteInstallation(request.body.version, request.body.host, person))


def _take_and_name(
    request: Request[Any], access: CaseAccess, command: ConfirmRotation | NoteInstallation
) -> Answer[CaseOnly]:
    return take_for_case(request, access.identity, command, lambda _: CaseOnly(access.identity))


def _units_worked_on(access: CaseAccess) -> tuple[str, ...]:
    """The units of the stage that the library works on, for a visit that names none."""
    following = access.template.after(access.case.stage)
    stage = access.template.stage(following or access.case.stage)
    return stage.units if stage else ()


def _next_stage(access: CaseAccess) -> NextStage | None:
    following = access.template.after(access.case.stage)
    stage = access.template.stage(following) if following else None
    if stage is None:
        return None
    return NextStage(stage.stage, stage.name, tuple(item.text for item in stage.items))


def _passwords_shown(access: CaseAccess, row: MentorshipRow) -> tuple[PasswordShown, ...]:
    """The passwords to be changed when a person leaves."""
    left = _last_left(access.known)
    return tuple(
        PasswordShown(name, text, row.rotated.get(name), left is not None and row.rotated.get(name, "") < left)
        for name, text in access.template.rotate.items()
    )


def _last_left(library: LibraryRow) -> str | None:
    """When a person last left the library, whether that person came back or not; None where nobody left."""
    times = [time for entry in library.staff.values() for time in (entry.until, entry.left) if time]
    return max(times, default=None)


def _visit_shown(deps: Dependencies, access: CaseAccess, row: VisitRow) -> VisitShown:
    internal = deps.open_note(row.internal) if access.may_visit else UNSET
    done, following = deps.open_note(row.done), deps.open_note(row.next)
    return fill(VisitShown, row, done=done, next=following, internal=internal)
