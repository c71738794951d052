"""The regions that there are. From members' facts."""

from __future__ import annotations

from services.kernel.message import Fact
from services.kernel.view import INBOX, Applied, Change, View
from services.kernel.view_store import Views


def apply(fact: Fact) -> Applied:
    """One document a region: ``{_id: region, name}``."""
    if fact.name != "members.region-opened" or not fact.region:
        return []
    return [Change(fact.region, {"name": fact.data["name"]})]


REGIONS = View("regions", 1, apply, logs=(INBOX,))


def all_regions(views: Views) -> tuple[str, ...]:
    """The ids of all regions."""
    return tuple(document["_id"] for document in views.all(REGIONS))
