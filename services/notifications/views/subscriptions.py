"""The subscriptions, as they are listed and as the dispatcher finds those that something goes out for. From the own log."""

from __future__ import annotations

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


def apply(recorded: Recorded) -> Applied:
    """One document a subscription: ``{_id, partner, url, types, regions, state: active | disabled, why, version}``."""
    identity, version = recorded.stream_id, recorded.version
    match recorded.event:
        case SubscriptionMade(partner, url, types, regions):
            made = {"partner": partner, "url": url, "types": list(types), "regions": list(regions)}
            return [Change(identity, {**made, "state": "active", "why": None, "version": version})]
        case SubscriptionDisabled(_, why):
            return [Change(identity, {"state": "disabled", "why": why, "version": version})]
        case SubscriptionEnabled():
            return [Change(identity, {"state": "active", "why": None, "version": version})]
        case SecretRotated() | PingAsked() | RecoveryAsked():
            return [Change(identity, {"version": version})]
    return []


SUBSCRIPTIONS = View("subscriptions", 1, apply, indexes=([("partner", 1)], [("state", 1)]))
