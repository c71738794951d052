"""The HTTP surface of notifications: one file a thing; this one lists them all."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.route import Route
from services.notifications.api import deliveries, feed, me, partner_keys, partners, preferences

ROUTES: Sequence[Route] = (
    *me.ROUTES,
    *preferences.ROUTES,
    *deliveries.ROUTES,
    *partners.ROUTES,
    *partner_keys.ROUTES,
    *feed.ROUTES,
)
