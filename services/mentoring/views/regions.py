"""The regions and their sub-districts, as members told them. Key: the region.

``{name, subdistricts: [{id, name, latitude, longitude}]}``
"""

from __future__ import annotations

from services.kernel.message import Fact
from services.kernel.view import INBOX, Applied, Change, View


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    if fact.name != "members.region-opened":
        return []
    return [Change(fact.subject, {"name": fact.data["name"], "subdistricts": list(fact.data["subdistricts"])})]


REGIONS = View(name="regions", version=1, apply=apply, logs=(INBOX,))
