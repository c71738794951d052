"""The HTTP surface of notifications: one file a thing; this one lists them all."""

from __future__ import annotations

from services.kernel.declare.route import Routes
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

routes = Routes(
    me.routes,
    preferences.routes,
    deliveries.routes,
    announcements.routes,
    partners.routes,
    partner_keys.routes,
    feed.routes,
    subscriptions.routes,
    webhooks.routes,
)
