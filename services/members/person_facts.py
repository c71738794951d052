"""The facts about what a member changed, agreed to and linked: part of the service's contract (``contract``)."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from services.kernel.message import Draft, Recorded
from services.members.domain.consent import WORDINGS, ConsentGiven, ConsentWithdrawn
from services.members.domain.person import MemberChanged
from services.members.domain.telegram import (
    TelegramAccountNoted,
    TelegramLinked,
    TelegramLinkOffered,
    TelegramLinkRedeemed,
    TelegramUnlinked,
)

EVENTS = (
    MemberChanged,
    ConsentGiven,
    ConsentWithdrawn,
    TelegramLinkOffered,
    TelegramLinkRedeemed,
    TelegramAccountNoted,
    TelegramLinked,
    TelegramUnlinked,
)


class MemberChangedData(Schema):
    """``member-changed``, subject the person: what others may know, as it is now. The region is where they live now."""

    person = fields.String(required=True)
    library = fields.String(required=True)
    subdistrict = fields.String(required=True)
    language = fields.String(required=True)


class ConsentData(Schema):
    """``consent-given`` and ``consent-withdrawn``, subject the person; ``partner`` where it is for one."""

    person = fields.String(required=True)
    purpose = fields.String(required=True, validate=validate.OneOf(tuple(WORDINGS)))
    partner = fields.String(required=True, allow_none=True)


class TelegramData(Schema):
    """``telegram-linked`` and ``telegram-unlinked``, subject the person. The chat is asked of ``/internal/people``."""

    person = fields.String(required=True)


FACTS: Mapping[str, Schema] = {
    "member-changed": MemberChangedData(),
    "consent-given": ConsentData(),
    "consent-withdrawn": ConsentData(),
    "telegram-linked": TelegramData(),
    "telegram-unlinked": TelegramData(),
}


def tell(recorded: Recorded) -> Draft | None:
    """The fact that an event of a member tells."""
    match recorded.event:
        case MemberChanged() as event:
            data = {
                "person": recorded.stream_id,
                "library": event.library,
                "subdistrict": event.subdistrict,
                "language": event.language,
            }
            return Draft(recorded.id, "member-changed", recorded.stream_id, data, region=event.region)
        case (ConsentGiven() | ConsentWithdrawn()) as agreed:
            kind = "consent-given" if isinstance(agreed, ConsentGiven) else "consent-withdrawn"
            consent = {"person": recorded.stream_id, "purpose": agreed.purpose, "partner": agreed.partner}
            return Draft(recorded.id, kind, recorded.stream_id, consent, region=agreed.region)
        case TelegramLinked(person=person):
            return Draft(recorded.id, "telegram-linked", person, {"person": person})
        case TelegramUnlinked(person=person):
            return Draft(recorded.id, "telegram-unlinked", person, {"person": person})
        case _:
            return None
