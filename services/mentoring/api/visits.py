"""Visits, and what a newcomer at the library needs: the hand-over page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates
from marshmallow.validate import Length, OneOf

from services.kernel.base.local_time import local_day
from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Paging, identity, line, listing, number, paged, paging
from services.mentoring.api.case_shown import effort, installation, last_left, open_blockers, opened, staff
from services.mentoring.api.standing import Standing, standing
from services.mentoring.domain.access import ConfirmRotation, NoteInstallation
from services.mentoring.domain.case import OPEN, Note
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.visit import CALL, CHAT, LONGEST_MINUTES, ON_SITE, VISIT, LogVisit
from services.mentoring.parts import Parts
from services.mentoring.templates import VERSION
from services.mentoring.views.mentorships import MENTORSHIPS
from services.mentoring.views.visits import VISITS

routes = Routes()

HOSTS = ("library-computer", "school-server", "hosting", "other")
LATEST_VISITS = 10


class NewVisit(Schema):
    """Half a minute on a phone: everything else is known."""

    day = fields.Date(load_default=None)
    minutes = number(1, LONGEST_MINUTES)
    mode = fields.String(load_default=ON_SITE, validate=OneOf([ON_SITE, CALL, CHAT]))
    done = line(longest=2000)
    next = line(required=False, longest=2000, load_default=None)
    internal = line(required=False, longest=2000, load_default=None)
    staff = fields.List(identity(), load_default=list, validate=Length(0, 20))
    units = fields.List(identity(), load_default=None, validate=Length(0, 20))


class VisitRef(Schema):
    mentorship = fields.String()
    visit = fields.String()
    minutes = fields.Integer()


class VisitShown(Schema):
    """``internal`` is for those who accompany the library, and left out for everybody else."""

    visit = fields.String()
    mentorship = fields.String()
    day = fields.String()
    minutes = fields.Integer()
    mode = fields.String()
    by = fields.String()
    staff = fields.List(fields.String())
    units = fields.List(fields.String())
    done = fields.String(allow_none=True)
    next = fields.String(allow_none=True)
    internal = fields.String(allow_none=True)


class Installation(Schema):
    """``version`` as it is called, with its number: ``9.6.1``, ``SLiMS 9 (Bulian) v9.6.1``."""

    version = line(longest=40)
    host = fields.String(required=True, validate=OneOf(HOSTS))

    @validates("version")
    def _has_a_number(self, version: str, **_options: Any) -> None:
        if VERSION.search(version) is None:
            raise ValidationError("Write the number of the version, as in 9.6.1.")


class Rotation(Schema):
    passwords = fields.List(identity(), required=True, validate=Length(1, 20))


class CaseOnly(Schema):
    mentorship = fields.String()


class HandoverShown(Schema):
    mentorship = fields.String()
    library = fields.String()
    name = fields.String(allow_none=True)
    stage = fields.String()
    stage_name = fields.String()
    mentors = fields.List(fields.String())
    next_stage = fields.Dict(allow_none=True)
    blockers = fields.List(fields.Dict())
    next = fields.List(fields.Dict())
    visits = fields.List(fields.Dict())
    passwords = fields.List(fields.Dict())
    installation = fields.Dict(allow_none=True)
    staff = fields.List(fields.Dict())
    hours = fields.Float()
    cost = fields.Dict()


@routes.post("/v1/mentorships/{mentorship}/visits", body=NewVisit(), answer=VisitRef(), statuses=(201, 403, 404, 422))
def log_visit(parts: Parts, request: Request) -> Answer:
    """Enter a visit, a call or a chat."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person, body = found.require(found.visits), request.body
    strangers = set(body["staff"]) - set(found.known.get("staff", {}))
    if strangers:
        raise Malformed(errors={"staff": [f"Not of this library: {', '.join(sorted(strangers))}."]})
    today = local_day(request.now)
    visit = request.new_id("visit")
    texts = parts.vault.seal_all(person, [(name, body[name]) for name in ("done", "next", "internal")])
    notes = {name: None if sealed is None else Note(person, sealed) for name, sealed in texts.items()}
    command = LogVisit(
        mentorship=found.identity,
        library=found.library,
        open=found.case.state == OPEN,
        visitor=person,
        day=body["day"] or today,
        today=today,
        minutes=body["minutes"],
        mode=body["mode"],
        done=notes["done"] or Note(person, ""),
        next=notes["next"],
        internal=notes["internal"],
        staff=tuple(body["staff"]),
        units=_units(found) if body["units"] is None else tuple(body["units"]),
    )
    reply = {"mentorship": found.identity, "visit": visit, "minutes": body["minutes"]}
    return recorded(request.take(VISIT, visit, command, answer=lambda *_: reply), 201)


@routes.get("/v1/mentorships/{mentorship}/visits", query=Paging(), answer=listing(VisitShown), statuses=(200, 404))
def list_visits(parts: Parts, request: Request) -> Answer:
    """Visits, the latest first."""
    found = standing(parts, request.path["mentorship"], request.actor)
    where = {"mentorship": found.identity}
    page = parts.views.find(VISITS, where, sort="order", descending=True, **paging(request))
    return paged(page, lambda document: _shown(parts, found, document))


@routes.get("/v1/mentorships/{mentorship}/handover", answer=HandoverShown(), statuses=(200, 404))
def show_library_handover(parts: Parts, request: Request) -> Answer:
    """What a newcomer at the library needs to go on."""
    found = standing(parts, request.path["mentorship"], request.actor)
    document = parts.views.get(MENTORSHIPS, found.identity)
    if document is None:
        raise NotFound
    where = {"mentorship": found.identity}
    latest = parts.views.find(VISITS, where, sort="order", descending=True, limit=LATEST_VISITS).items
    visits = [{**_shown(parts, found, each), "internal": None} for each in latest]
    following = found.template.after(found.case.stage)
    stage = found.template.stage(following) if following else None
    here = found.template.stage(found.case.stage)
    minutes = (document.get("visits") or {}).get("minutes", 0)
    return Answer(
        {
            "mentorship": found.identity,
            "library": found.library.id,
            "name": found.known.get("name"),
            "stage": found.case.stage,
            "stage_name": here.name if here else found.case.stage,
            "mentors": list(found.case.mentors),
            "next_stage": stage
            and {"stage": stage.stage, "name": stage.name, "items": [item.text for item in stage.items]},
            "blockers": open_blockers(parts, document),
            "next": [{"day": each["day"], "text": each["next"]} for each in visits if each["next"]],
            "visits": visits,
            "passwords": _passwords(found, document),
            "installation": installation(found.template, document),
            "staff": staff(found),
            **effort(found.template, minutes),
        },
        version=found.version,
    )


@routes.post(
    "/v1/mentorships/{mentorship}/handover/passwords", body=Rotation(), answer=CaseOnly(), statuses=(201, 403, 404, 422)
)
def confirm_password_rotation(parts: Parts, request: Request) -> Answer:
    """These passwords have been changed; the passwords themselves are never sent."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person, passwords = found.require(found.mentors or found.of_the_library), request.body["passwords"]
    unknown = set(passwords) - set(found.template.rotate)
    if unknown:
        raise Malformed(errors={"passwords": [f"Not on the list: {', '.join(sorted(unknown))}."]})
    return _case(request, found, ConfirmRotation(tuple(passwords), person))


@routes.post(
    "/v1/mentorships/{mentorship}/installation", body=Installation(), answer=CaseOnly(), statuses=(201, 403, 404, 422)
)
def note_installation(parts: Parts, request: Request) -> Answer:
    """Which version is installed, and on what."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = found.require(found.mentors or found.of_the_library)
    return _case(request, found, NoteInstallation(request.body["version"], request.body["host"], person))


def _case(request: Request, found: Standing, command: ConfirmRotation | NoteInstallation) -> Answer:
    reply = {"mentorship": found.identity}
    return recorded(request.take(MENTORSHIP, found.identity, command, answer=lambda *_: reply), 201)


def _units(found: Standing) -> tuple[str, ...]:
    """What is practised where nothing is said: the units of the stage that is worked on."""
    following = found.template.after(found.case.stage)
    stage = found.template.stage(following or found.case.stage)
    return stage.units if stage else ()


def _passwords(found: Standing, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each password that must be changed when somebody leaves; ``due``: not since the last who left."""
    left = last_left(found)
    rotated = document["rotated"]
    return [
        {
            "password": name,
            "name": text,
            "rotated": rotated.get(name),
            "due": left is not None and (rotated.get(name) or "") < left,
        }
        for name, text in found.template.rotate.items()
    ]


def _shown(parts: Parts, found: Standing, document: Mapping[str, Any]) -> dict[str, Any]:
    names = ("mentorship", "day", "minutes", "mode", "by", "staff", "units")
    shown = {"visit": document["_id"], **{name: document[name] for name in names}}
    shown |= {name: opened(parts, document[name]) for name in ("done", "next")}
    if found.visits:
        shown["internal"] = opened(parts, document["internal"])
    return shown
