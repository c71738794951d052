"""The HTTP surface of members: one module a thing; this one lists them all."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.route import Route
from services.members.api import (
    affiliations,
    competence,
    erasure,
    frameworks,
    growth,
    guests,
    imports,
    internal,
    libraries,
    login,
    me,
    members,
    offices,
    regions,
    rules,
    tokens,
)

ROUTES: Sequence[Route] = (
    *login.ROUTES,
    *me.ROUTES,
    *erasure.ROUTES,
    *tokens.ROUTES,
    *regions.ROUTES,
    *offices.ROUTES,
    *libraries.ROUTES,
    *affiliations.ROUTES,
    *frameworks.ROUTES,
    *competence.ROUTES,
    *growth.ROUTES,
    *rules.ROUTES,
    *guests.ROUTES,
    *imports.ROUTES,
    *members.ROUTES,
    *internal.ROUTES,
)
