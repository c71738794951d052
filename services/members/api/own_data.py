"""Changing one's own data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated

from marshmallow.validate import OneOf

from services.kernel.base.problem import Malformed, NotFound, Problem, Refused, Unavailable
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Unset
from services.kernel.declare.shapes import Slug, Text
from services.members.dependencies import Dependencies
from services.members.domain.person import PERSON, ChangeMember, Member, MemberChanged, MemberJoined
from services.members.identity.contact import EMAIL, PHONE, Contact, given_contact, phone
from services.members.identity.joining import clean

routes = Routes()

EDUCATION = ("library-science", "other-degree", "diploma", "secondary", "other")
APPOINTED = ("assigned", "applied", "volunteered")


@dataclass(frozen=True)
class Background:
    """The background of a person who runs a library: schooling, way into the post, and whether the person has another
    task besides.
    """

    education: Annotated[str, OneOf(EDUCATION)] | None
    appointed: Annotated[str, OneOf(APPOINTED)] | None
    double_role: bool | None


@dataclass(frozen=True)
class OwnDataBody:
    """The fields to change; fields left out stay. Region and sub-district change together."""

    name: Text | Unset = UNSET
    phone: Text | Unset = UNSET
    library: Text | Unset = UNSET
    region: Slug | Unset = UNSET
    subdistrict: Slug | Unset = UNSET
    language: Annotated[str, OneOf(("id", "en"))] | Unset = UNSET
    background: Background | Unset = UNSET


@dataclass(frozen=True)
class Changed:
    """Whose data they are."""

    person: str


@routes.put("/v1/me", statuses=(200, 401, 422))
def change_own_data(deps: Dependencies, request: Request[OwnDataBody]) -> Answer[Changed]:
    """Change the caller's own data; fields that are not sent stay as they are.

    A phone number of another member is refused.
    """
    identity = request.actor.require_person()
    member = deps.member(identity)
    if member is None:
        raise NotFound
    body = request.body
    region, subdistrict = body.region or None, body.subdistrict or None
    _check_place(deps, member, region, subdistrict)
    number = given_contact(phone, "phone", body.phone or None)
    if number is not None and not deps.identification.add(number, identity, request.new_id("number")):
        raise Refused("contact-is-anothers", "This phone number belongs to another member.")
    fresh = {
        "name": clean(body.name) if body.name else None,
        "phone": None if number is None else number.value,
        "background": json.dumps(asdict(body.background), sort_keys=True) if body.background else None,
    }
    standing = {"name": member.name, "phone": member.phone, "background": member.background}
    # Unchanged texts are not sealed again: a new seal would look like a change.
    new = [
        (field, text) for field, text in fresh.items() if text and text != deps.vault.open(identity, standing[field])
    ]
    command = ChangeMember(
        **deps.vault.seal_all(identity, new),
        library=clean(body.library) if body.library else None,
        region=region,
        subdistrict=subdistrict,
        language=body.language or None,
    )
    try:
        answer = request.outcome(PERSON, identity, command, lambda *_: Changed(identity))
    except Unavailable:
        raise  # the change may stand yet, and the number with it
    except Problem:
        _drop_numbers(deps, identity, number)
        raise
    _drop_numbers(deps, identity, number)
    return answer


def _drop_numbers(deps: Dependencies, identity: str, tried: Contact | None) -> None:
    """Release the claims of the member's earlier numbers, and of the number just ``tried`` where it was not taken: somebody else
    may have the number now. Only the present number stays claimed. No login hangs on a number, for codes go out by e-mail.
    """
    if tried is None:
        return
    events = [recorded.event for recorded in deps.log.stream(PERSON.stream(identity))]
    sealed = [event.phone for event in events if isinstance(event, MemberJoined | MemberChanged)]
    numbers = [Contact(PHONE, value) for value in (deps.vault.open(identity, text) for text in sealed) if value]
    mail = deps.vault.open(identity, next((event.email for event in events if isinstance(event, MemberJoined)), None))
    kept = [*numbers[-1:], *([Contact(EMAIL, mail)] if mail else [])]
    for number in {*numbers, tried}.difference(kept):
        deps.identification.release_contact(number, identity, kept)


def background_of(deps: Dependencies, identity: str, member: Member) -> Background:
    """The member's background; every field is null for a member who told none, and after an erasure."""
    opened = deps.vault.open(identity, member.background)
    said = json.loads(opened) if opened else {}
    return Background(said.get("education"), said.get("appointed"), said.get("double_role"))


def _check_place(deps: Dependencies, member: Member, region: str | None, subdistrict: str | None) -> None:
    """A new region needs a sub-district of that region; a new sub-district alone lies in the present region."""
    if region is None and subdistrict is None:
        return
    known = deps.require_region(region or member.region)
    if subdistrict is None or not known.has(subdistrict):
        raise Malformed(errors={"subdistrict": ["There is no such sub-district in this region."]})
