"""The HTTP surface of the events service: one file a resource."""

from __future__ import annotations

from collections.abc import Sequence

from services.events.api import (
    activities,
    attendance,
    chat_groups,
    feedback,
    lectures,
    participation,
    planning,
    polls,
    registrations,
    topics,
    venues,
)
from services.kernel.route import Route

ROUTES: Sequence[Route] = (
    *topics.ROUTES,
    *venues.ROUTES,
    *planning.ROUTES,
    *activities.ROUTES,
    *registrations.ROUTES,
    *attendance.ROUTES,
    *feedback.ROUTES,
    *participation.ROUTES,
    *polls.ROUTES,
    *chat_groups.ROUTES,
    *lectures.ROUTES,
)
