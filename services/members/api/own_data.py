"""Changing what is known of oneself."""

from __future__ import annotations

import json

from marshmallow import Schema, fields, validate

from services.kernel.base.problem import Malformed, NotFound, Problem, Refused, Unavailable
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import slug, text
from services.members.domain.person import PERSON, ChangeMember, MemberChanged, MemberJoined, Person
from services.members.domain.region import REGION
from services.members.identity.contact import EMAIL, PHONE, Contact, given_contact, phone
from services.members.identity.joining import clean
from services.members.parts import Parts

routes = Routes()

EDUCATION = ("library-science", "other-degree", "diploma", "secondary", "other")
APPOINTED = ("assigned", "applied", "volunteered")


class Background(Schema):
    """What someone who runs a library brings along: schooling, how they came to it, and whether they do something else besides."""

    education = fields.String(required=True, allow_none=True, validate=validate.OneOf(EDUCATION))
    appointed = fields.String(required=True, allow_none=True, validate=validate.OneOf(APPOINTED))
    double_role = fields.Boolean(required=True, allow_none=True)


class OwnDataBody(Schema):
    """What is to change; what is left out stays. Region and sub-district change together."""

    name = text(required=False)
    phone = text(required=False)
    library = text(required=False)
    region = slug(required=False)
    subdistrict = slug(required=False)
    language = fields.String(validate=validate.OneOf(("id", "en")))
    background = fields.Nested(Background)


class Changed(Schema):
    """Whose data they are."""

    person = fields.String(required=True)


@routes.put("/v1/me", body=OwnDataBody(), answer=Changed(), statuses=(200, 401, 422))
def change_own_data(parts: Parts, request: Request) -> Answer:
    """Change my data."""
    identity = request.actor.require_person()
    person, _ = parts.commands.state(PERSON, identity)
    if not person.is_member:
        raise NotFound
    body = request.body
    _check_place(parts, person, body.get("region"), body.get("subdistrict"))
    number = given_contact(phone, "phone", body.get("phone"))
    if number is not None and not parts.identification.add(number, identity, request.new_id("number")):
        raise Refused("contact-is-anothers", "this phone number belongs to another member")
    background = None if "background" not in body else json.dumps(body["background"], sort_keys=True)
    fresh = {
        "name": clean(body["name"]) if "name" in body else None,
        "phone": None if number is None else number.value,
        "background": background,
    }
    standing = {"name": person.name, "phone": person.phone, "background": person.background}
    # What stands already is not sealed anew: it would look like a change.
    new = [
        (field, text) for field, text in fresh.items() if text and text != parts.vault.open(identity, standing[field])
    ]
    command = ChangeMember(
        **parts.vault.seal_all(identity, new),
        library=clean(body["library"]) if "library" in body else None,
        region=body.get("region"),
        subdistrict=body.get("subdistrict"),
        language=body.get("language"),
    )
    try:
        commit = request.take(PERSON, identity, command, answer=lambda _state, _events: {"person": identity})
    except Unavailable:
        raise  # it may stand yet, and the number with it
    except Problem:
        _drop_numbers(parts, identity, number)
        raise
    _drop_numbers(parts, identity, number)
    return recorded(commit)


def _drop_numbers(parts: Parts, identity: str, tried: Contact | None) -> None:
    """Of the numbers that were ever the member's, and the one just ``tried``, only the present one stays claimed: another
    is nobody's to keep from whose it is now. No login hangs on it, for codes go out by e-mail alone.
    """
    if tried is None:
        return
    events = [recorded.event for recorded in parts.log.stream(PERSON.stream(identity))]
    sealed = [event.phone for event in events if isinstance(event, MemberJoined | MemberChanged)]
    numbers = [Contact(PHONE, value) for value in (parts.vault.open(identity, text) for text in sealed) if value]
    mail = parts.vault.open(identity, next((event.email for event in events if isinstance(event, MemberJoined)), None))
    kept = [*numbers[-1:], *([Contact(EMAIL, mail)] if mail else [])]
    for number in {*numbers, tried}.difference(kept):
        parts.identification.drop(number, identity, kept)


def background_of(parts: Parts, identity: str, person: Person) -> dict[str, str | bool | None]:
    """What somebody said of their background; nulls where they said nothing, or it is erased."""
    opened = parts.vault.open(identity, person.background)
    said: dict[str, str | bool | None] = json.loads(opened) if opened else {}
    return {"education": None, "appointed": None, "double_role": None} | said


def _check_place(parts: Parts, person: Person, region: str | None, subdistrict: str | None) -> None:
    if region is None and subdistrict is None:
        return
    where = region or person.region or ""
    known, _ = parts.commands.state(REGION, where)
    if not known.is_open:
        raise Malformed(errors={"region": ["There is no such region."]})
    if subdistrict is None or not known.has(subdistrict):
        raise Malformed(errors={"subdistrict": ["There is no such sub-district in this region."]})
