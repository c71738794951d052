"""The kinds of activity. A further kind is a module beside ``gathering`` and an entry here."""

from __future__ import annotations

from typing import Any

from services.events.domain.gathering import GATHERING
from services.events.domain.lecture import LECTURE
from services.events.domain.workshop import WORKSHOP
from services.kernel.commands.decider import Decider

ActivityDecider = Decider[Any]
"""Its state is an ``Activity``, a ``Lecture`` for lectures, or None."""
KINDS: tuple[ActivityDecider, ...] = (GATHERING, WORKSHOP, LECTURE)
