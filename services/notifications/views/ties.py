"""Whose a guest's id has become. From members' facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.kernel.message import Fact
from services.kernel.view import INBOX, Applied, Change, View
from services.kernel.view_store import Views


def apply(fact: Fact) -> Applied:
    """One document a guest who is tied: ``{_id: guest, person}``."""
    if fact.name != "members.guest-tied":
        return []
    return [Change(fact.data["guest"], {"person": fact.data["person"]})]


TIES = View("ties", 1, apply, logs=(INBOX,), indexes=([("person", 1)],))


def persons_behind(views: Views, ids: Sequence[str]) -> Mapping[str, str]:
    """Those of the ids that are guests' who are known to be somebody, with whom they are."""
    found = views.find(TIES, {"_id": {"$in": list(ids)}}, limit=len(ids)).items if ids else []
    return {document["_id"]: document["person"] for document in found}


def guests_of(views: Views, person: str) -> list[str]:
    """The guests' ids that have become this person's."""
    return [document["_id"] for document in views.all(TIES, {"person": person})]
