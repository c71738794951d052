"""The HTTP surface of notifications: one file a thing; this one lists them all."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.route import Route
from services.notifications.api import (
    announcements,
    deliveries,
    feed,
    me,
    partner_keys,
    partners,
    preferences,
    subscriptions,
    webhooks,
)

ROUTES: Sequence[Route] = (
    *me.ROUTES,
    *preferences.ROUTES,
    *deliveries.ROUTES,
    *announcements.ROUTES,
    *partners.ROUTES,
    *partner_keys.ROUTES,
    *feed.ROUTES,
    *subscriptions.ROUTES,
    *webhooks.ROUTES,
)
