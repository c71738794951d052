"""The HTTP surface of the events service: one file a resource."""

from __future__ import annotations

from collections.abc import Sequence

from services.events.api import (
    activities,
    attendance,
    certificates,
    chat_groups,
    feedback,
    lectures,
    materials,
    participation,
    planning,
    polls,
    problems,
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
    *problems.ROUTES,
    *materials.ROUTES,
    *certificates.ROUTES,
    *polls.ROUTES,
    *chat_groups.ROUTES,
    *lectures.ROUTES,
)
