"""The HTTP surface of the events service: one file a resource."""

from __future__ import annotations

from collections.abc import Sequence

from services.events.api import (
    activities,
    attendance,
    certificates,
    chat_groups,
    chat_replies,
    feedback,
    figures,
    lecture_archive,
    lectures,
    materials,
    participation,
    planning,
    polls,
    problems,
    questions,
    registrations,
    run_sheets,
    topics,
    venues,
)
from services.kernel.route import Route

ROUTES: Sequence[Route] = (
    *topics.routes,
    *venues.routes,
    *planning.ROUTES,
    *activities.ROUTES,
    *registrations.ROUTES,
    *attendance.ROUTES,
    *feedback.ROUTES,
    *participation.routes,
    *problems.ROUTES,
    *materials.ROUTES,
    *certificates.ROUTES,
    *figures.ROUTES,
    *polls.routes,
    *chat_groups.ROUTES,
    *lectures.ROUTES,
    *lecture_archive.ROUTES,
    *questions.routes,
    *run_sheets.ROUTES,
    *chat_replies.routes,
)
