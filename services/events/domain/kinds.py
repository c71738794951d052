"""The kinds of activity. A further kind is one file beside ``gathering`` and one entry here."""

from __future__ import annotations

from services.events.domain.activity import Activity
from services.events.domain.gathering import GATHERING
from services.events.domain.lecture import LECTURE
from services.events.domain.workshop import WORKSHOP
from services.kernel.commands.decider import Decider

KINDS: tuple[Decider[Activity], ...] = (GATHERING, WORKSHOP, LECTURE)
