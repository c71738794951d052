"""Members: joining, the roster, and who of the board lives near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from marshmallow import ValidationError
from marshmallow.validate import OneOf

from services.kernel.base.local_time import local_day
from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Listing, OptionalPageQuery, Slug, Text, fill, paged, paging, where
from services.kernel.log.log import Commit
from services.members.dependencies import Dependencies
from services.members.domain.person import PERSON, Join
from services.members.domain.place import Centre, kilometres
from services.members.identity.contact import email, given_contact, phone
from services.members.identity.joining import Applicant, clean
from services.members.iso import IsoDate
from services.members.views.offices import OFFICE_HOLDERS
from services.members.views.regions import REGIONS
from services.members.views.roster import ROSTER, MemberRow

routes = Routes()


@dataclass(frozen=True)
class JoinBody:
    """Five fields: a name, a contact, the library, and the place in two. One of e-mail and phone is enough, none is not."""

    name: Text
    library: Text
    region: Slug
    subdistrict: Slug
    email: Text | None = None
    phone: Text | None = None
    language: Annotated[str, OneOf(("id", "en"))] = "id"

    def __post_init__(self) -> None:
        if self.email is None and self.phone is None:
            raise ValidationError("Give an e-mail address or a phone number.", "email")


@dataclass(frozen=True)
class JoinAnswer:
    """The new member."""

    member: str


@dataclass(frozen=True)
class MemberAnswer:
    """A member, name and contacts in the open; null where erased or never given."""

    member: str
    name: str | None
    email: str | None
    phone: str | None
    library: str
    region: str
    subdistrict: str
    language: str
    how: str
    registered: IsoDate


class MemberList(Listing[MemberAnswer]):
    pass


@dataclass(frozen=True)
class RosterQuery(OptionalPageQuery):
    """Without a region: the members of the caller's only region, or all members for callers who may read all."""

    region: Annotated[
        Slug | Unset, Described("only members of this region; without it the caller's only region, or all")
    ] = UNSET


@dataclass(frozen=True)
class GuidesQuery:
    """Where the activity is."""

    region: Annotated[Slug, Described("the region of the activity")]
    subdistrict: Annotated[Slug, Described("the sub-district of the activity")]


@dataclass(frozen=True)
class Guide:
    """A member of the board and the kilometres between the centre of the member's sub-district and that of the activity's; null:
    unknown.
    """

    person: str
    name: str | None
    office: str
    km: float | None


@routes.post("/v1/members", statuses=(201, 422))
def join(deps: Dependencies, request: Request[JoinBody]) -> Answer[JoinAnswer]:
    """Join the community as a member.

    Open to everybody; no login. A login code is sent only when it is requested.
    """
    body = request.body
    mail = given_contact(email, "email", body.email)
    number = given_contact(phone, "phone", body.phone)
    deps.require_place(body.region, body.subdistrict)
    applicant = Applicant(
        name=clean(body.name),
        email=None if mail is None else mail.value,
        phone=None if number is None else number.value,
        library=clean(body.library),
        region=body.region,
        subdistrict=body.subdistrict,
        registered=local_day(request.now),
        language=body.language,
    )
    # The fingerprint is part of the id: the same key with another body must not claim contacts for an existing member.
    wanted = request.new_id(f"member {request.fingerprint}")

    def take(identity: str, command: Join) -> Commit:
        return request.take(PERSON, identity, command, lambda *_: JoinAnswer(identity))

    commit = deps.joining.join(applicant, wanted, "form", take)
    return recorded(commit, 201, location=f"/v1/members/{commit.answer['member']}")


@routes.get("/v1/members", statuses=(200, 403))
def members(deps: Dependencies, request: Request[None, RosterQuery]) -> Answer[MemberList]:
    """List the members of a region.

    Needs ``members.read`` in the region. Without ``region`` the caller's only region is taken, otherwise all.
    """
    region = request.query.region or _only_region(request.actor)
    request.actor.require("members.read", region)
    page = deps.views.find(ROSTER, where(region=region or UNSET), **paging(request))
    return paged(page, lambda row: member_shown(deps, row), MemberList)


@routes.get("/v1/members/{member}", statuses=(200, 404))
def member(deps: Dependencies, request: Request) -> Answer[MemberAnswer]:
    """Show one member.

    For the member, and for callers with ``members.read`` in the member's region; others get 404.
    """
    request.actor.require_person()
    row = deps.views.get(ROSTER, request.path["member"])
    if row is None or (request.actor.id != row.member and not request.actor.may("members.read", row.region)):
        raise NotFound
    return Answer(member_shown(deps, row))


@routes.get("/v1/guides", statuses=(200, 403, 404))
def guides(deps: Dependencies, request: Request[None, GuidesQuery]) -> Answer[Listing[Guide]]:
    """List the members of the board by their distance from a sub-district, the nearest first.

    Needs ``activities.plan`` in the region. Distances are measured between the centres of sub-districts.
    """
    here = request.query.region, request.query.subdistrict
    request.actor.require("activities.plan", here[0])
    known = centres(deps)
    if here not in known:
        raise NotFound("There is no such sub-district.")
    board: dict[str, Guide] = {}
    for row in deps.views.all(OFFICE_HOLDERS, {"board": True}):
        if row.holder is not None and row.holder not in board:
            board[row.holder] = _guide(deps, row.holder, row.office, known, known[here])
    ranked = sorted(board.values(), key=lambda guide: (guide.km is None, guide.km, guide.person))
    return Answer(Listing(tuple(ranked)))


def _only_region(actor: Actor) -> str | None:
    """The only region whose roster the actor may read; None for actors who may read several or all."""
    regions = actor.grants.get("members.read", ())
    if actor.kind != "anonymous" and not regions:
        raise Forbidden(permission="members.read")
    return regions[0] if len(regions) == 1 and not actor.may("members.read") else None


def centres(deps: Dependencies) -> dict[tuple[str, str], Centre]:
    """The centre of every sub-district, by region and sub-district."""
    return {
        (row.region, subdistrict.id): Centre(subdistrict.latitude, subdistrict.longitude)
        for row in deps.views.all(REGIONS)
        for subdistrict in row.subdistricts
    }


def _guide(deps: Dependencies, person: str, office: str, centres: dict[tuple[str, str], Centre], here: Centre) -> Guide:
    row = deps.views.get(ROSTER, person)
    home = centres.get((row.region, row.subdistrict)) if row else None
    name = deps.vault.open(person, row.name) if row else None
    return Guide(person, name, office, km=None if home is None else round(kilometres(home, here), 1))


def member_shown(deps: Dependencies, row: MemberRow) -> MemberAnswer:
    name, mail, number = (deps.vault.open(row.member, sealed) for sealed in (row.name, row.email, row.phone))
    return fill(MemberAnswer, row, name=name, email=mail, phone=number)
