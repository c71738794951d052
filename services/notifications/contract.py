"""The facts that notifications tells the other services, and the events of its log.

A fact's fields are a promise: a field may join, and no field changes its meaning. A fact holds no name of a person, no contact and
no text. Messages are between the community and a person, so they are no facts.
"""

from __future__ import annotations

from services.kernel.declare.facts import Contract, Tells
from services.kernel.declare.process import DeadlinePassed
from services.notifications.domain import (
    announcement,
    contact,
    message,
    partner,
    preference,
    resending,
    residence,
    subscription,
)

TOLD = (
    Tells(
        partner.PartnerActivated,
        "partner-joined",
        "partner",
        ("kind", "name"),
        known={"kind": partner.KINDS},
        when="first",
    ),
    Tells(subscription.SubscriptionMade, "subscription-made", "subscription", ("partner",)),
    Tells(
        subscription.SubscriptionDisabled,
        "subscription-disabled",
        "subscription",
        ("partner", "why"),
        known={"why": subscription.REASONS},
    ),
    Tells(subscription.SubscriptionEnabled, "subscription-enabled", "subscription", ("partner",)),
    # Null is all regions, or all levels.
    Tells(
        announcement.AnnouncementPublished,
        "announcement-published",
        "announcement",
        made={
            "regions": (tuple[str, ...] | None, lambda event: None if event.everywhere else event.regions),
            "levels": (tuple[str, ...] | None, lambda event: event.levels or None),
        },
        when=lambda event: event.revision == 1,
        region=lambda event, _: event.regions[0] if len(event.regions) == 1 else None,
    ),
    Tells(contact.ContactBounced, "contact-bounced", "person"),
)
UNTOLD = (
    message.MessagePlanned,
    preference.PreferenceChosen,
    preference.RegionFollowed,
    preference.RegionUnfollowed,
    contact.ContactRefused,
    contact.ContactReached,
    resending.ResendAsked,
    residence.RegionLeft,
    residence.RegionEntered,
    partner.PartnerAdded,
    partner.PartnerChanged,
    partner.PartnerRested,
    partner.PartnerKeyIssued,
    partner.PartnerKeyRevoked,
    subscription.SecretRotated,
    subscription.PingAsked,
    subscription.RecoveryAsked,
    announcement.AnnouncementDrafted,
    announcement.CorrectionDrafted,
    announcement.AnnouncementApproved,
    announcement.AnnouncementWithdrawn,
    DeadlinePassed,
)
CONTRACT = Contract(*TOLD, untold=UNTOLD)
FACTS, REGISTRY, tell = CONTRACT.facts, CONTRACT.registry, CONTRACT.tell
