"""The views of members: one file a view. Names and contacts are sealed in the documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.kernel.declare.view import View
from services.members.views.affiliations import AFFILIATIONS
from services.members.views.competence import COMPETENCE_OF
from services.members.views.equipment import EQUIPMENT_LIST
from services.members.views.guests import GUESTS
from services.members.views.imports import IMPORTS
from services.members.views.learning import LEARNING
from services.members.views.libraries import LIBRARIES
from services.members.views.occasions import OCCASIONS
from services.members.views.offices import OFFICE_HOLDERS
from services.members.views.prior_learning import SUBMISSIONS
from services.members.views.regions import REGIONS
from services.members.views.roster import ROSTER
from services.members.views.rulebook import RULEBOOK
from services.members.views.telegram import TELEGRAM_ACCOUNTS
from services.members.views.tokens import TOKENS

VIEWS: Sequence[View[Any]] = (
    ROSTER,
    REGIONS,
    OFFICE_HOLDERS,
    LIBRARIES,
    AFFILIATIONS,
    EQUIPMENT_LIST,
    COMPETENCE_OF,
    SUBMISSIONS,
    LEARNING,
    OCCASIONS,
    RULEBOOK,
    GUESTS,
    IMPORTS,
    TOKENS,
    TELEGRAM_ACCOUNTS,
)
