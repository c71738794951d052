"""The list of subscriptions, for partners, the board and the dispatcher."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.notifications.domain.subscription import (
    PingAsked,
    RecoveryAsked,
    SecretRotated,
    SubscriptionDisabled,
    SubscriptionEnabled,
    SubscriptionMade,
)

ACTIVE = "active"
DISABLED = "disabled"


@dataclass(frozen=True)
class SubscriptionRow:
    """``state`` is active or disabled, ``why`` the reason for which the subscription was disabled."""

    subscription: str
    partner: str
    url: str
    types: tuple[str, ...]
    regions: tuple[str, ...]
    state: str
    why: str | None
    version: int


def apply(recorded: Recorded) -> Applied:
    subscription, version = recorded.stream_id, recorded.version
    match recorded.event:
        case SubscriptionMade(partner, url, types, regions):
            return [Change.put(SubscriptionRow(subscription, partner, url, types, regions, ACTIVE, None, version))]
        case SubscriptionDisabled(_, why):
            return [Change(subscription, {"state": DISABLED, "why": why, "version": version})]
        case SubscriptionEnabled():
            return [Change(subscription, {"state": ACTIVE, "why": None, "version": version})]
        case SecretRotated() | PingAsked() | RecoveryAsked():
            return [Change(subscription, {"version": version})]
    return []


SUBSCRIPTIONS = View(
    name="subscriptions", version=1, row=SubscriptionRow, apply=apply, indexes=([("partner", 1)], [("state", 1)])
)
