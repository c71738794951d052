"""The facts about libraries and who works there: part of the service's contract (``contract``)."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from services.kernel.message import Draft, Recorded
from services.members.domain.affiliation import ROLES, AffiliationEnded, AffiliationStarted
from services.members.domain.equipment import (
    EquipmentLent,
    EquipmentRegistered,
    EquipmentReturned,
    EquipmentWithdrawn,
)
from services.members.domain.library import (
    INTERESTS,
    KINDS,
    LEVELS,
    LibraryDescribed,
    LibraryInterestChanged,
    LibraryRegistered,
)
from services.members.domain.staffing import FirstStaffNoted

EVENTS = (
    FirstStaffNoted,
    LibraryRegistered,
    LibraryDescribed,
    LibraryInterestChanged,
    AffiliationStarted,
    AffiliationEnded,
    EquipmentRegistered,
    EquipmentLent,
    EquipmentReturned,
    EquipmentWithdrawn,
)


class LibraryRegisteredData(Schema):
    """``library-registered``, subject the library. ``name`` is an institution's. Told again when it is described anew."""

    library = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    subdistrict = fields.String(required=True, allow_none=True)


class LibraryInterestChangedData(Schema):
    """``library-interest-changed``, subject the library: how it stands towards SLiMS."""

    library = fields.String(required=True)
    interest = fields.String(required=True, validate=validate.OneOf(INTERESTS))


class AffiliationStartedData(Schema):
    """``affiliation-started``, subject the library: a member works there from now on."""

    person = fields.String(required=True)
    library = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class AffiliationEndedData(Schema):
    """``affiliation-ended``, subject the library: a member works there no more, or in another role told next."""

    person = fields.String(required=True)
    library = fields.String(required=True)


FACTS: Mapping[str, Schema] = {
    "library-registered": LibraryRegisteredData(),
    "library-interest-changed": LibraryInterestChangedData(),
    "affiliation-started": AffiliationStartedData(),
    "affiliation-ended": AffiliationEndedData(),
}


def tell(recorded: Recorded) -> Draft | None:
    """The fact that an event of a library tells."""
    match recorded.event:
        case (LibraryRegistered() | LibraryDescribed()) as event:
            data = {
                "library": recorded.stream_id,
                "name": event.name,
                "kind": event.kind,
                "level": event.level,
                "subdistrict": event.subdistrict,
            }
            return Draft(recorded.id, "library-registered", recorded.stream_id, data, region=event.region)
        case LibraryInterestChanged() as event:
            data = {"library": recorded.stream_id, "interest": event.interest}
            return Draft(recorded.id, "library-interest-changed", recorded.stream_id, data, region=event.region)
        case AffiliationStarted() as event:
            data = {"person": event.person, "library": event.library, "role": event.role}
            return Draft(recorded.id, "affiliation-started", event.library, data, region=event.region)
        case AffiliationEnded() as event:
            data = {"person": event.person, "library": event.library}
            return Draft(recorded.id, "affiliation-ended", event.library, data, region=event.region)
        case _:
            return None
