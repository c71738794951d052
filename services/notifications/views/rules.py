"""What the community's dated rules say of telling people. From members' facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.kernel.message import Fact
from services.kernel.view import INBOX, Applied, Change, View
from services.kernel.view_store import Views
from services.notifications.domain.quiet_hours import JAKARTA, QuietHours, quiet_hours

SECOND_ABOVE = 50


def apply(fact: Fact) -> Applied:
    """One document a version of the rules: ``{_id: version, in_force_from: UTC, quiet_from, quiet_until: HH:MM,
    announcement_second_above}``.
    """
    if fact.name != "members.rules-changed":
        return []
    begin, end = fact.data["quiet_from"], fact.data["quiet_until"]
    quiet_hours(begin, end)  # what names no time is parked here, where an operator sees it
    in_force_from = datetime.fromisoformat(fact.data["in_force_from"])
    if in_force_from.tzinfo is None:  # a day: it begins where the community lives
        in_force_from = in_force_from.replace(tzinfo=JAKARTA)
    version = fact.data["version"]
    return [
        Change(
            str(version),
            {
                "version": version,
                "in_force_from": in_force_from,
                "quiet_from": begin,
                "quiet_until": end,
                "announcement_second_above": fact.data.get("announcement_second_above", SECOND_ABOVE),
            },
        )
    ]


RULES = View("rules", 2, apply, logs=(INBOX,), indexes=([("in_force_from", -1)],))


def hours_in_force(views: Views, now: datetime) -> QuietHours:
    """The quiet hours at a moment: of the newest version in force, 20:00 to 06:00 before there is one."""
    found = _in_force(views, now)
    return quiet_hours(found["quiet_from"], found["quiet_until"]) if found else QuietHours()


def second_above(views: Views, now: datetime) -> tuple[int, int]:
    """To more people than the first, an announcement needs a second board member; and the version that says so, 0 before
    there is one.
    """
    found = _in_force(views, now)
    return (found["announcement_second_above"], found["version"]) if found else (SECOND_ABOVE, 0)


def _in_force(views: Views, now: datetime) -> Mapping[str, Any] | None:
    found = views.find(RULES, {"in_force_from": {"$lte": now}}, sort="version", descending=True, limit=1).items
    return found[0] if found else None
