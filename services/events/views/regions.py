"""The regions and their sub-districts. Key: the region. ``{name, subdistricts: [{id, name, latitude, longitude}]}``."""

from __future__ import annotations

from services.kernel.declare.fact_views import copied
from services.kernel.declare.view import INBOX, View

REGIONS = View("regions", 1, copied({"members.region-opened": ("name", "subdistricts")}), logs=(INBOX,))
