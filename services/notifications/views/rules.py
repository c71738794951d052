"""What the community's dated rules say of telling people. Key: the version.

``{version, in_force_from: UTC, quiet_from, quiet_until: HH:MM, announcement_second_above}``
"""

from __future__ import annotations

from datetime import datetime

from services.kernel.declare.fact_views import Document, dated, document_at
from services.kernel.declare.view import INBOX, View
from services.kernel.views.view_store import Views
from services.notifications.domain.quiet_hours import QuietHours, quiet_hours

SECOND_ABOVE = 50


def hours_in_force(views: Views, now: datetime) -> QuietHours:
    """The quiet hours at a moment; 20:00 to 06:00 before there is a version."""
    found = document_at(views.all(RULES), now)
    return quiet_hours(found["quiet_from"], found["quiet_until"]) if found else QuietHours()


def second_above(views: Views, now: datetime) -> tuple[int, int]:
    """To more people than the first number an announcement needs a second board member. The second number is the version
    that says so, 0 before there is a version.
    """
    found = document_at(views.all(RULES), now)
    return (found["announcement_second_above"], found["version"]) if found else (SECOND_ABOVE, 0)


def _kept(data: Document) -> Document:
    begin, end = data["quiet_from"], data["quiet_until"]
    quiet_hours(begin, end)  # a text that is no time of day is parked here, where an operator sees it
    second = data.get("announcement_second_above", SECOND_ABOVE)
    return {"quiet_from": begin, "quiet_until": end, "announcement_second_above": second}


RULES = View(
    "rules",
    2,
    dated("members.rules-changed", _kept, key=str, since=lambda at: at),
    logs=(INBOX,),
    indexes=([("in_force_from", -1)],),
)
