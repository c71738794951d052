"""The routes of notifications, a module for each resource."""

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
