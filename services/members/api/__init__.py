"""The HTTP surface of members: one module a thing; this one lists them all."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.route import Route
from services.members.api import (
    affiliations,
    competence,
    consents,
    directory,
    duplicates,
    equipment,
    erasure,
    frameworks,
    growth,
    growth_of_many,
    guests,
    imports,
    internal,
    libraries,
    login,
    me,
    members,
    offices,
    own_data,
    prior_learning,
    regions,
    rules,
    telegram,
    tokens,
)

ROUTES: Sequence[Route] = (
    *login.ROUTES,
    *me.ROUTES,
    *own_data.ROUTES,
    *erasure.ROUTES,
    *tokens.ROUTES,
    *consents.ROUTES,
    *telegram.ROUTES,
    *regions.ROUTES,
    *offices.ROUTES,
    *libraries.ROUTES,
    *affiliations.ROUTES,
    *equipment.ROUTES,
    *frameworks.ROUTES,
    *competence.ROUTES,
    *prior_learning.ROUTES,
    *growth.ROUTES,
    *directory.ROUTES,
    *growth_of_many.ROUTES,
    *rules.ROUTES,
    *guests.ROUTES,
    *imports.ROUTES,
    *members.ROUTES,
    *duplicates.ROUTES,
    *internal.ROUTES,
)
