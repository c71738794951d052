"""The HTTP surface of notifications: one file a thing; this one lists them all."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.route import Route
from services.notifications.api import deliveries, me

ROUTES: Sequence[Route] = (
    *me.ROUTES,
    *deliveries.ROUTES,
)
