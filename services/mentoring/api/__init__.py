"""The HTTP surface of the mentoring service: one file a resource."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.route import Route
from services.mentoring.api import (
    consultation_course,
    consultations,
    evidence,
    mentorships,
    released,
    self_reliance,
    stages,
    suggestions,
    visits,
)

ROUTES: Sequence[Route] = (
    *consultations.ROUTES,
    *consultation_course.ROUTES,
    *self_reliance.ROUTES,
    *mentorships.ROUTES,
    *stages.ROUTES,
    *evidence.ROUTES,
    *visits.ROUTES,
    *suggestions.ROUTES,
    *released.ROUTES,
)
