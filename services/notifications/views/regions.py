"""The regions. Key: the region. ``{name}``."""

from __future__ import annotations

from services.kernel.declare.fact_views import copied
from services.kernel.declare.view import INBOX, View
from services.kernel.views.view_store import Views

REGIONS = View("regions", 1, copied({"members.region-opened": ("name",)}), logs=(INBOX,))


def all_regions(views: Views) -> tuple[str, ...]:
    """The ids of all regions."""
    return tuple(document["_id"] for document in views.all(REGIONS))
