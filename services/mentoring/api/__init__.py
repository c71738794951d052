"""The HTTP routes of mentoring."""

from __future__ import annotations

from services.kernel.declare.route import Routes
from services.mentoring.api import (
    consultation_commands,
    consultations,
    evidence,
    mentorships,
    released,
    self_reliance,
    stages,
    suggestions,
    visits,
)

routes = Routes(
    consultations.routes,
    consultation_commands.routes,
    self_reliance.routes,
    mentorships.routes,
    stages.routes,
    evidence.routes,
    visits.routes,
    suggestions.routes,
    released.routes,
)
