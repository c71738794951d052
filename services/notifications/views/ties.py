"""Whose a guest's id has become. Key: the guest. ``{person}``; a guest who is nobody known has no document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.kernel.declare.fact_views import copied
from services.kernel.declare.view import INBOX, View
from services.kernel.views.view_store import Views

TIES = View("ties", 1, copied({"members.guest-tied": ("person",)}), logs=(INBOX,), indexes=([("person", 1)],))


def persons_behind(views: Views, ids: Sequence[str]) -> Mapping[str, str]:
    """Guest → person, for those of the ids that are guests' and whose person is known."""
    found = views.find(TIES, {"_id": {"$in": list(ids)}}, limit=len(ids)).items if ids else []
    return {document["_id"]: document["person"] for document in found}


def guests_of(views: Views, person: str) -> list[str]:
    """The guests' ids that have become this person's."""
    return [document["_id"] for document in views.all(TIES, {"person": person})]
