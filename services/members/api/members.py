"""Members: joining, the roster, and who of the board lives near."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.kernel.base.local_time import local_day
from services.kernel.base.problem import Forbidden, Malformed, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import OptionalPaging, listing, slug, text
from services.members.domain.person import PERSON
from services.members.domain.place import Centre, kilometres
from services.members.domain.region import REGION
from services.members.identity.contact import email, given_contact, phone
from services.members.identity.joining import Applicant, clean
from services.members.parts import Parts
from services.members.views.offices import OFFICE_HOLDERS
from services.members.views.regions import REGIONS
from services.members.views.roster import ROSTER

routes = Routes()


class JoinBody(Schema):
    """Five fields: a name, a contact, the library, where it is."""

    name = text()
    email = text(required=False, allow_none=True, load_default=None)
    phone = text(required=False, allow_none=True, load_default=None)
    library = text()
    region = slug()
    subdistrict = slug()
    language = fields.String(load_default="id", validate=validate.OneOf(("id", "en")))

    @validates_schema
    def reachable(self, data: dict[str, Any], **_options: Any) -> None:
        """One of e-mail and phone is enough, none is not."""
        if data.get("email") is None and data.get("phone") is None:
            raise ValidationError("Give an e-mail address or a phone number.", "email")


class JoinAnswer(Schema):
    """The new member."""

    member = fields.String(required=True)


class MemberAnswer(Schema):
    """A member, names and contacts in the open; null where erased or never given."""

    member = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    library = fields.String(required=True)
    region = fields.String(required=True)
    subdistrict = fields.String(required=True)
    language = fields.String(required=True)
    how = fields.String(required=True)
    registered = fields.Date(required=True)


class RosterQuery(OptionalPaging):
    """Members of one region; of all regions only for who may read all."""

    region = slug(required=False)


class GuidesQuery(Schema):
    """Where the activity is."""

    region = slug()
    subdistrict = slug()


class Guide(Schema):
    """A member of the board and the kilometres between their sub-district's centre and the activity's; null: unknown."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    office = fields.String(required=True)
    km = fields.Float(required=True, allow_none=True)


@routes.post("/v1/members", body=JoinBody(), answer=JoinAnswer(), statuses=(201, 422))
def join(parts: Parts, request: Request) -> Answer:
    """Become a member."""
    body = request.body
    mail = given_contact(email, "email", body["email"])
    number = given_contact(phone, "phone", body["phone"])
    region, _ = parts.commands.state(REGION, body["region"])
    if not region.is_open:
        raise Malformed(errors={"region": ["There is no such region."]})
    if not region.has(body["subdistrict"]):
        raise Malformed(errors={"subdistrict": ["There is no such sub-district in this region."]})
    applicant = Applicant(
        name=clean(body["name"]),
        email=None if mail is None else mail.value,
        phone=None if number is None else number.value,
        library=clean(body["library"]),
        region=body["region"],
        subdistrict=body["subdistrict"],
        registered=local_day(request.now),
        language=body["language"],
    )
    # The fingerprint is part of the id: the same key with another body must not claim contacts for a standing member.
    wanted = request.new_id(f"member {request.fingerprint}")
    commit = parts.joining.join(
        applicant,
        wanted,
        "form",
        lambda identity, command: request.take(
            PERSON, identity, command, answer=lambda _state, _events: {"member": identity}
        ),
    )
    return recorded(commit, 201, location=f"/v1/members/{commit.answer['member']}")


@routes.get(
    "/v1/members", query=RosterQuery(), answer=listing(MemberAnswer, "MemberList", required=True), statuses=(200, 403)
)
def members(parts: Parts, request: Request) -> Answer:
    """The members.

    Shows the members whom the actor may read.
    """
    region = request.query.get("region") or _only_region(request.actor)
    request.actor.require("members.read", region)
    page = parts.views.find(
        ROSTER,
        {"region": region} if region else {},
        limit=request.query["limit"],
        after=request.query.get("after"),
    )
    return Answer({"items": [_shown(parts, document) for document in page.items], "next": page.next})


@routes.get("/v1/members/{member}", answer=MemberAnswer(), statuses=(200, 404))
def member(parts: Parts, request: Request) -> Answer:
    """A member.

    Answers 404 to those who may not read the member.
    """
    request.actor.require_person()
    document = parts.views.get(ROSTER, request.path["member"])
    if document is None:
        raise NotFound
    if request.actor.id != document["_id"] and not request.actor.may("members.read", document["region"]):
        raise NotFound
    return Answer(_shown(parts, document))


@routes.get("/v1/guides", query=GuidesQuery(), answer=listing(Guide, required=True), statuses=(200, 403, 404))
def guides(parts: Parts, request: Request) -> Answer:
    """The board by distance.

    Distances are measured between the centres of sub-districts.
    """
    here = request.query["region"], request.query["subdistrict"]
    request.actor.require("activities.plan", here[0])
    known = centres(parts)
    if here not in known:
        raise NotFound("there is no such sub-district")
    board: dict[str, dict[str, Any]] = {}
    for held in parts.views.all(OFFICE_HOLDERS, {"board": True}):
        holder = held.get("holder")
        if holder is not None and holder not in board:
            board[holder] = _guide(parts, holder, held["office"], known, known[here])
    ranked = sorted(board.values(), key=lambda guide: (guide["km"] is None, guide["km"], guide["person"]))
    return Answer({"items": ranked, "next": None})


def _only_region(actor: Actor) -> str | None:
    """The one region whose roster the actor may read; None for who may read all, or is allowed several."""
    regions = actor.grants.get("members.read", ())
    if actor.kind != "anonymous" and not regions:
        raise Forbidden(permission="members.read")
    return regions[0] if len(regions) == 1 and not actor.may("members.read") else None


def centres(parts: Parts) -> dict[tuple[str, str], Centre]:
    """The centre of every sub-district, by region and sub-district."""
    return {
        (region["_id"], subdistrict["id"]): Centre(subdistrict["latitude"], subdistrict["longitude"])
        for region in parts.views.all(REGIONS)
        for subdistrict in region["subdistricts"]
    }


def _guide(
    parts: Parts, person: str, office: str, centres: dict[tuple[str, str], Centre], here: Centre
) -> dict[str, Any]:
    document = parts.views.get(ROSTER, person) or {}
    home = centres.get((document.get("region", ""), document.get("subdistrict", "")))
    return {
        "person": person,
        "name": parts.vault.open(person, document.get("name")),
        "office": office,
        "km": None if home is None else round(kilometres(home, here), 1),
    }


def _shown(parts: Parts, document: dict[str, Any]) -> dict[str, Any]:
    identity = document["_id"]
    opened = {name: parts.vault.open(identity, document[name]) for name in ("name", "email", "phone")}
    plain = {name: document[name] for name in ("library", "region", "subdistrict", "language", "how", "registered")}
    return {"member": identity, **opened, **plain}
