"""The facts that members tells: the service's promise to the others. None carries personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.message import Draft, Recorded
from services.kernel.process import DeadlinePassed
from services.kernel.registry import Registry
from services.members import competence_facts, library_facts, person_facts
from services.members.domain import credential, erasure, guest, office, person, region, registration_import, rules

REGISTRY = Registry()
REGISTRY.register(
    person.MemberJoined,
    guest.GuestAdded,
    guest.GuestTied,
    guest.GuestForgotten,
    person.IdentityYielded,
    person.IdentityKeptForGuest,
    region.RegionOpened,
    office.OfficeAssumed,
    office.OfficeVacated,
    office.StandInNamed,
    office.StandInEnded,
    credential.LoginCodeIssued,
    credential.LoginCodeAccepted,
    credential.LoginCodeRejected,
    credential.TokenIssued,
    credential.TokenRevoked,
    rules.RulesChanged,
    registration_import.ImportStarted,
    registration_import.RowsTaken,
    registration_import.ImportFinished,
    person.ErasureDecided,
    erasure.ErasureStarted,
    erasure.ReferencesNoted,
    erasure.MemberErased,
    *library_facts.EVENTS,
    *competence_facts.EVENTS,
    *person_facts.EVENTS,
    DeadlinePassed,
)


@REGISTRY.upcaster("RulesChanged", 1)
def _rules_that_came_later(data: dict[str, Any]) -> dict[str, Any]:
    """What was not ruled yet is ruled as it was lived by: the defaults."""
    return {**data, "rules": {**asdict(rules.RuleSet()), **data["rules"]}}


@REGISTRY.upcaster("StandInNamed", 1)
def _board_of_a_stand_in(data: dict[str, Any]) -> dict[str, Any]:
    """All offices that had a stand-in then belonged to the board."""
    return {**data, "board": True}


class SubdistrictData(Schema):
    """A sub-district and its centre, in degrees."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)


class RegionOpenedData(Schema):
    """``region-opened``, subject the region."""

    name = fields.String(required=True)
    subdistricts = fields.List(fields.Nested(SubdistrictData), required=True)


class OfficeAssumedData(Schema):
    """``office-assumed``, subject ``<office>.<region or all>``."""

    office = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    person = fields.String(required=True)
    board = fields.Boolean(required=True)


class StandInNamedData(Schema):
    """``stand-in-named``, subject ``<office>.<region or all>``. ``board``: whether the office belongs to it."""

    office = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    person = fields.String(required=True)
    board = fields.Boolean(required=True)


class OfficeData(Schema):
    """``office-vacated`` and ``stand-in-ended``, subject ``<office>.<region or all>``."""

    office = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    person = fields.String(required=True)


class MemberJoinedData(Schema):
    """``member-joined``, subject the person. ``library`` is an institution's name."""

    person = fields.String(required=True)
    library = fields.String(required=True)
    subdistrict = fields.String(required=True)
    language = fields.String(required=True)
    how = fields.String(required=True, validate=validate.OneOf(("form", "import", "board")))


class GuestAddedData(Schema):
    """``guest-added``, subject the guest."""

    guest = fields.String(required=True)


class GuestTiedData(Schema):
    """``guest-tied``, subject the guest: its participation is the person's from here on."""

    guest = fields.String(required=True)
    person = fields.String(required=True)


class RulesChangedData(Schema):
    """``rules-changed``, subject ``rules``: a whole version."""

    version = fields.Integer(required=True, strict=True)
    in_force_from = fields.AwareDateTime(required=True, format="iso")
    speakers = fields.String(required=True, validate=validate.OneOf(("board", "open")))
    quiet_from = fields.String(required=True)
    quiet_until = fields.String(required=True)
    pilot_after_gatherings = fields.Integer(required=True, strict=True)
    probation_weeks = fields.Integer(required=True, strict=True)
    certificate_minimum = fields.Float(required=True)
    response_school_days = fields.Integer(required=True, strict=True)
    school_days = fields.List(fields.String(), required=True)
    holidays = fields.List(fields.String(), required=True)
    pilot_able_people = fields.Integer(required=True, strict=True)
    pilot_level = fields.Integer(required=True, strict=True)
    announcement_second_above = fields.Integer(required=True, strict=True)


class LoginCodeIssuedData(Schema):
    """``login-code-issued``, subject the person. ``code`` is an id; its digits are asked of ``/internal/people``."""

    person = fields.String(required=True)
    code = fields.String(required=True)
    expires = fields.AwareDateTime(required=True, format="iso")


class MemberErasedData(Schema):
    """``member-erased``, subject the person: destroy the keys of ``ids``, every id that was ever theirs, their own first. A
    guest of nobody's who left a contact of theirs is told alone, as ``person`` and only id.
    """

    person = fields.String(required=True)
    ids = fields.List(fields.String(), required=True)


FACTS: Mapping[str, Schema] = {
    "member-erased": MemberErasedData(),
    "region-opened": RegionOpenedData(),
    "office-assumed": OfficeAssumedData(),
    "office-vacated": OfficeData(),
    "stand-in-named": StandInNamedData(),
    "stand-in-ended": OfficeData(),
    "member-joined": MemberJoinedData(),
    "guest-added": GuestAddedData(),
    "guest-tied": GuestTiedData(),
    "rules-changed": RulesChangedData(),
    "login-code-issued": LoginCodeIssuedData(),
    **library_facts.FACTS,
    **competence_facts.FACTS,
    **person_facts.FACTS,
}


def tell(recorded: Recorded) -> Draft | None:
    """The fact that an event tells, None for most of what concerns only this service."""
    match recorded.event:
        case person.MemberJoined() | guest.GuestAdded() | guest.GuestTied():
            return _of_person(recorded, recorded.event)
        case office.OfficeAssumed() | office.OfficeVacated() | office.StandInNamed() | office.StandInEnded():
            return _of_office(recorded, recorded.event)
        case region.RegionOpened() as event:
            data = {
                "name": event.name,
                "subdistricts": [
                    {"id": known.id, "name": known.name, "latitude": known.latitude, "longitude": known.longitude}
                    for known in event.subdistricts
                ],
            }
            return Draft(recorded.id, "region-opened", recorded.stream_id, data, region=recorded.stream_id)
        case rules.RulesChanged() as event:
            return Draft(recorded.id, "rules-changed", "rules", _rules(event))
        case erasure.MemberErased() as event:
            data = {"person": recorded.stream_id, "ids": list(event.ids)}
            return Draft(recorded.id, "member-erased", recorded.stream_id, data, region=event.region)
        case credential.LoginCodeIssued(person=str(known)) as event:
            data = {"person": known, "code": event.code, "expires": event.expires.isoformat()}
            return Draft(recorded.id, "login-code-issued", known, data)
        case _:
            return library_facts.tell(recorded) or competence_facts.tell(recorded) or person_facts.tell(recorded)


def _of_person(recorded: Recorded, event: person.MemberJoined | guest.GuestAdded | guest.GuestTied) -> Draft:
    identity = recorded.stream_id
    match event:
        case person.MemberJoined():
            data = {
                "person": identity,
                "library": event.library,
                "subdistrict": event.subdistrict,
                "language": event.language,
                "how": event.how,
            }
            return Draft(recorded.id, "member-joined", identity, data, region=event.region)
        case guest.GuestAdded():
            return Draft(recorded.id, "guest-added", identity, {"guest": identity})
        case guest.GuestTied():
            return Draft(recorded.id, "guest-tied", identity, {"guest": identity, "person": event.person})


def _of_office(
    recorded: Recorded, event: office.OfficeAssumed | office.OfficeVacated | office.StandInNamed | office.StandInEnded
) -> Draft:
    data: dict[str, Any] = {"office": event.office, "region": event.region, "person": event.person}
    match event:
        case office.OfficeAssumed():
            kind, data = "office-assumed", data | {"board": event.board}
        case office.OfficeVacated():
            kind = "office-vacated"
        case office.StandInNamed():
            kind, data = "stand-in-named", data | {"board": event.board}
        case office.StandInEnded():
            kind = "stand-in-ended"
    return Draft(recorded.id, kind, f"{event.office}.{event.region or 'all'}", data, region=event.region)


def _rules(event: rules.RulesChanged) -> dict[str, Any]:
    ruled = event.rules
    return {
        "version": event.version,
        "in_force_from": event.in_force_from.isoformat(),
        "speakers": ruled.speakers,
        "quiet_from": ruled.quiet_from,
        "quiet_until": ruled.quiet_until,
        "pilot_after_gatherings": ruled.pilot_after_gatherings,
        "probation_weeks": ruled.probation_weeks,
        "certificate_minimum": ruled.certificate_minimum,
        "response_school_days": ruled.response_school_days,
        "school_days": list(ruled.school_days),
        "holidays": list(ruled.holidays),
        "pilot_able_people": ruled.pilot_able_people,
        "pilot_level": ruled.pilot_level,
        "announcement_second_above": ruled.announcement_second_above,
    }
