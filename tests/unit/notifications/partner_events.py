"""One event of each kind that partners and their subscriptions have, as the golden files hold it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from services.kernel.base.message import Event
from services.notifications.domain.partner import (
    Contact,
    PartnerActivated,
    PartnerAdded,
    PartnerChanged,
    PartnerKeyIssued,
    PartnerKeyRevoked,
    PartnerRested,
)
from services.notifications.domain.subscription import (
    PingAsked,
    RecoveryAsked,
    SecretRotated,
    SubscriptionDisabled,
    SubscriptionEnabled,
    SubscriptionMade,
)

CONTACTS = (Contact("c1", "sealed name", "sealed address"), Contact("c2", "sealed name", None))
PARTNER_EVENTS: Mapping[str, Event] = {
    "PartnerAdded.v1": PartnerAdded("Universitas Nusantara", "university", ("kediri",), CONTACTS),
    "PartnerChanged.v1": PartnerChanged("Universitas Nusantara", "university", ("*",), ()),
    "PartnerActivated.v1": PartnerActivated("MoU 12/2026", "Universitas Nusantara", "university", True),
    "PartnerRested.v1": PartnerRested(),
    "PartnerKeyIssued.v1": PartnerKeyIssued("k", "reader", "digest", ("feed.read",), ("kediri",)),
    "PartnerKeyRevoked.v1": PartnerKeyRevoked("k"),
    "SubscriptionMade.v1": SubscriptionMade("p", "https://kampus.example/hook", ("activity-*",), ("kediri",), 812),
    "SecretRotated.v1": SecretRotated(2, datetime(2026, 12, 12, 2, 0, tzinfo=UTC)),
    "PingAsked.v1": PingAsked("0193a1b0-0000-7000-8000-000000000005"),
    "RecoveryAsked.v1": RecoveryAsked(2, 700),
    "SubscriptionDisabled.v1": SubscriptionDisabled("p", "gone"),
    "SubscriptionEnabled.v1": SubscriptionEnabled("p", 1),
}
