"""What notifications tells the other services, and what its log may hold.

A fact's fields are a promise: one may join, none changes its meaning. No name of a person, no contact, no text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.kernel.message import Draft, Recorded
from services.kernel.process import DeadlinePassed
from services.kernel.registry import Registry
from services.notifications.domain.announcement import (
    AnnouncementApproved,
    AnnouncementDrafted,
    AnnouncementPublished,
    AnnouncementWithdrawn,
    CorrectionDrafted,
)
from services.notifications.domain.contact import ContactBounced, ContactReached, ContactRefused
from services.notifications.domain.message import MessagePlanned
from services.notifications.domain.partner import (
    KINDS,
    PartnerActivated,
    PartnerAdded,
    PartnerChanged,
    PartnerKeyIssued,
    PartnerKeyRevoked,
    PartnerRested,
)
from services.notifications.domain.preference import PreferenceChosen, RegionFollowed, RegionUnfollowed
from services.notifications.domain.resending import ResendAsked
from services.notifications.domain.residence import RegionEntered, RegionLeft
from services.notifications.domain.subscription import (
    REASONS,
    PingAsked,
    RecoveryAsked,
    SecretRotated,
    SubscriptionDisabled,
    SubscriptionEnabled,
    SubscriptionMade,
)

REGISTRY = Registry()
REGISTRY.register(
    *(MessagePlanned, PreferenceChosen, RegionFollowed, RegionUnfollowed),
    *(ContactRefused, ContactBounced, ContactReached, ResendAsked, RegionLeft, RegionEntered),
    *(PartnerAdded, PartnerChanged, PartnerActivated, PartnerRested, PartnerKeyIssued, PartnerKeyRevoked),
    *(SubscriptionMade, SecretRotated, PingAsked, RecoveryAsked, SubscriptionDisabled, SubscriptionEnabled),
    *(AnnouncementDrafted, CorrectionDrafted, AnnouncementApproved, AnnouncementPublished, AnnouncementWithdrawn),
    DeadlinePassed,
)


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _fact(title: str, /, **shape: fields.Field[Any]) -> Schema:
    return Schema.from_dict(dict(shape), name=title)()


FACTS: Mapping[str, Schema] = {
    "partner-joined": _fact("PartnerJoined", partner=_text(), kind=_text(validate=OneOf(KINDS)), name=_text()),
    "subscription-made": _fact("SubscriptionMade", subscription=_text(), partner=_text()),
    "subscription-disabled": _fact(
        "SubscriptionDisabled", subscription=_text(), partner=_text(), why=_text(validate=OneOf(REASONS))
    ),
    "subscription-enabled": _fact("SubscriptionEnabled", subscription=_text(), partner=_text()),
    "announcement-published": _fact(
        "AnnouncementPublished",
        announcement=_text(),
        regions=fields.List(fields.String(), required=True, allow_none=True),
        levels=fields.List(fields.String(), required=True, allow_none=True),
    ),
    "contact-bounced": _fact("ContactBounced", person=_text()),
}
"""The shape of each fact's ``data``. Who was told what is between the community and that person, and no fact."""


def tell(recorded: Recorded) -> Draft | None:
    """The fact that an event tells, by its type and data; None for what stays inside."""
    subject = recorded.stream_id
    match recorded.event:
        case PartnerActivated(_, name, kind, first) if first:
            return Draft(recorded.id, "partner-joined", subject, {"partner": subject, "kind": kind, "name": name})
        case SubscriptionMade(partner):
            return Draft(recorded.id, "subscription-made", subject, {"subscription": subject, "partner": partner})
        case SubscriptionDisabled(partner, why):
            data = {"subscription": subject, "partner": partner, "why": why}
            return Draft(recorded.id, "subscription-disabled", subject, data)
        case SubscriptionEnabled(partner):
            return Draft(recorded.id, "subscription-enabled", subject, {"subscription": subject, "partner": partner})
        case AnnouncementPublished(regions=regions, levels=levels, everywhere=everywhere, revision=1):
            told = {"regions": None if everywhere else list(regions), "levels": list(levels) or None}
            region = regions[0] if len(regions) == 1 else None
            return Draft(
                recorded.id, "announcement-published", subject, {"announcement": subject, **told}, region=region
            )
        case ContactBounced(region=region):
            return Draft(recorded.id, "contact-bounced", subject, {"person": subject}, region=region)
    return None
