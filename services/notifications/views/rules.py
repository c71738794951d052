"""The community's dated rules about messages: quiet hours, and the number of people that one board member may reach alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.message import Fact
from services.kernel.declare.dated import in_force
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.shapes import fill
from services.kernel.declare.view import INBOX, Applied, Change, View
from services.kernel.views.view_store import Views
from services.notifications.domain.quiet_hours import QuietHours, quiet_hours

SECOND_ABOVE = 50


@dataclass(frozen=True)
class RulesChanged:
    """Facts that were told before announcements existed have no ``announcement_second_above``."""

    version: int
    in_force_from: datetime
    quiet_from: str
    quiet_until: str
    announcement_second_above: int = SECOND_ABOVE


HEARD = FactShapes({"members.rules-changed": RulesChanged})


@dataclass(frozen=True)
class RulesRow:
    """One version of the rules; ``rules`` is the version as a text. Quiet hours are local times, HH:MM."""

    rules: str
    version: int
    in_force_from: datetime
    quiet_from: str
    quiet_until: str
    announcement_second_above: int


def apply(fact: Fact) -> Applied:
    """Raises ``ValueError`` for quiet hours that are no times of day: the fact is parked, where an operator sees it."""
    match HEARD.read(fact):
        case RulesChanged() as changed:
            quiet_hours(changed.quiet_from, changed.quiet_until)
            return [Change.put(fill(RulesRow, changed, rules=str(changed.version)))]
    return []


RULES = View(name="rules", version=2, row=RulesRow, apply=apply, logs=(INBOX,), indexes=([("in_force_from", -1)],))


def hours_in_force(views: Views, now: datetime) -> QuietHours:
    """The quiet hours at a moment; 20:00 to 06:00 before the first version of the rules."""
    found = in_force(views.all(RULES), now)
    return quiet_hours(found.quiet_from, found.quiet_until) if found else QuietHours()


def second_above(views: Views, now: datetime) -> tuple[int, int]:
    """To more people than the first number an announcement needs a second board member. The second number is the version of
    the rules that says so, 0 before the first version.
    """
    found = in_force(views.all(RULES), now)
    return (found.announcement_second_above, found.version) if found else (SECOND_ABOVE, 0)
