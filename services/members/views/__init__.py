"""What members shows: one file a read model. Names and contacts stand in them only sealed."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.declare.view import View
from services.members.views.affiliations import AFFILIATIONS
from services.members.views.competence import COMPETENCE_OF
from services.members.views.equipment import LENT
from services.members.views.guests import GUESTS
from services.members.views.imports import IMPORTS
from services.members.views.learning import LEARNING
from services.members.views.libraries import LIBRARIES
from services.members.views.occasions import OCCASIONS
from services.members.views.offices import OFFICE_HOLDERS
from services.members.views.prior_learning import PRIOR
from services.members.views.regions import REGIONS
from services.members.views.roster import ROSTER
from services.members.views.rulebook import RULEBOOK
from services.members.views.telegram import TELEGRAM_ACCOUNTS
from services.members.views.tokens import TOKENS

VIEWS: Sequence[View] = (
    ROSTER,
    REGIONS,
    OFFICE_HOLDERS,
    LIBRARIES,
    AFFILIATIONS,
    LENT,
    COMPETENCE_OF,
    PRIOR,
    LEARNING,
    OCCASIONS,
    RULEBOOK,
    GUESTS,
    IMPORTS,
    TOKENS,
    TELEGRAM_ACCOUNTS,
)
