"""The HTTP surface of the events service: one module a resource."""

from __future__ import annotations

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
from services.kernel.declare.route import Routes

routes = Routes(
    topics.routes,
    venues.routes,
    planning.routes,
    activities.routes,
    registrations.routes,
    attendance.routes,
    feedback.routes,
    participation.routes,
    problems.routes,
    materials.routes,
    certificates.routes,
    figures.routes,
    polls.routes,
    chat_groups.routes,
    lectures.routes,
    lecture_archive.routes,
    questions.routes,
    run_sheets.routes,
    chat_replies.routes,
)
