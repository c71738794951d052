"""Consultations: asked by anybody, owned at once, and read by those concerned."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.kernel.base.problem import Forbidden, Malformed, Unauthorized
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Paging, identity, line, listing, paged, paging
from services.mentoring.api.consultation_shown import ConsultationShown, concerned, placed, shown
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_acts import Ask
from services.mentoring.domain.standing import ANSWERED, OPEN, PROMOTED, RESOLVED, Standing
from services.mentoring.parts import ANSWER, Parts
from services.mentoring.views.consultations import CONSULTATIONS
from services.mentoring.views.libraries import LIBRARIES
from services.mentoring.views.participants import PARTICIPANTS

routes = Routes()

WAYS = ("web", "chat", "phone", "workshop")


class NewConsultation(Schema):
    region = identity()
    title = line()
    library = identity(required=False, load_default=None, allow_none=True)
    library_name = line(required=False, load_default=None, allow_none=True)
    details = line(required=False, longest=4000, load_default=None, allow_none=True)
    how = fields.String(load_default="web", validate=OneOf(WAYS))
    guest = identity(
        required=False,
        load_default=None,
        metadata={"description": "who asks and is nobody's member; made by the gateway, or by who notes a call"},
    )


class ConsultationRef(Schema):
    consultation = fields.String()
    asker = fields.String()
    owner = fields.String(
        allow_none=True, metadata={"description": "null: nobody holds an office yet; the board has it"}
    )
    why = fields.String(metadata={"description": "region, stand-in or board"})
    due = fields.String()


class ConsultationFilter(Paging):
    region = identity(required=False)
    state = fields.String(validate=OneOf([OPEN, ANSWERED, RESOLVED, PROMOTED]))
    owner = fields.String(validate=OneOf(["me"]))
    asker = fields.String(validate=OneOf(["me"]))


@routes.post("/v1/consultations", body=NewConsultation(), answer=ConsultationRef(), statuses=(201, 401, 403))
def ask_consultation(parts: Parts, request: Request) -> Answer:
    """Ask; somebody owns it at once."""
    body = request.body
    parts.require_region(body["region"])
    _of_the_region(parts, body["library"], body["region"])
    asker = _asker(parts, request.actor, body["guest"], body["region"])
    details = body["details"] and parts.vault.seal(asker, body["details"])
    command = Ask(
        asker=asker,
        region=body["region"],
        title=body["title"],
        library=body["library"],
        library_name=body["library_name"],
        details=details,
        how=body["how"],
        owner=parts.owner_for(body["region"]),
        at=request.now,
        rules=parts.rules(request.now),
    )
    consultation = request.new_id("consultation")
    reply = {"consultation": consultation, "asker": asker}

    def answer(standing: Standing, _events: object) -> dict[str, Any]:
        owner = standing.owner
        return {**reply, "owner": owner.person, "why": owner.why, "due": standing.due and standing.due.isoformat()}

    commit = request.take(CONSULTATION, consultation, command, answer=answer)
    return recorded(commit, 201, location=f"/v1/consultations/{consultation}")


@routes.get("/v1/consultations", query=ConsultationFilter(), answer=listing(ConsultationShown), statuses=(200, 401))
def list_consultations(parts: Parts, request: Request) -> Answer:
    """One's own, one's work, a region's for those who answer there; for others what was answered publicly."""
    query, actor = request.query, request.actor
    where: dict[str, Any] = {name: query[name] for name in ("region", "state") if name in query}
    ids = parts.ids(actor)
    sort, descending = "asked_at", True
    if "owner" in query:
        where["owner"] = actor.require_person()
        sort, descending = "due", False
    if "asker" in query:
        actor.require_person()
        where["asker"] = {"$in": sorted(ids)}
    if not {"owner", "asker"} & set(query) and not actor.may(ANSWER, query.get("region")):
        where["public"] = True
    page = parts.views.find(CONSULTATIONS, where, sort=sort, descending=descending, **paging(request))
    return paged(page, lambda document: shown(parts, actor, placed(parts, actor, document, ids)))


@routes.get("/v1/consultations/{consultation}", answer=ConsultationShown(), statuses=(200, 404))
def show_consultation(parts: Parts, request: Request) -> Answer:
    """One consultation: whole for those concerned, else its public answers."""
    found = concerned(parts, request.actor, request.path["consultation"])
    return Answer(shown(parts, request.actor, found), version=found.document["version"])


def _asker(parts: Parts, actor: Actor, guest: str | None, region: str) -> str:
    if guest is None:
        return actor.require_person()
    # Somebody who answers there notes down who called; a stranger has the id that the gateway signed, and no other.
    if actor.kind == "person" and not actor.may(ANSWER, region):
        raise Forbidden(permission=ANSWER, region=region)
    if actor.kind == "anonymous" and actor.id != guest:
        raise Unauthorized
    if parts.views.get(PARTICIPANTS, guest) is not None:
        raise Malformed(errors={"guest": ["This id is somebody's already."]})
    return guest


def _of_the_region(parts: Parts, library: str | None, region: str) -> None:
    known = library and parts.views.get(LIBRARIES, library)
    if known and known.get("region") not in {None, region}:
        raise Malformed(errors={"library": ["This library is in another region."]})
