"""Which ids are one person. Key: a participant's id, member or guest.

``{person, guests: [ids], region, erased}``; ``person`` is whom a guest turned out to be, ``guests`` the other way round,
``region`` a member's own. An id that is ``erased`` stays somebody's, so that nobody else is given it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, View, adding


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    match fact.name:
        case "members.guest-tied":
            guest, person = str(fact.data["guest"]), str(fact.data["person"])
            return [Change(guest, {"person": person}), Change(person, {"guests": adding("guests", guest)})]
        case "members.member-joined" | "members.member-changed":
            return [Change(str(fact.data["person"]), {"region": fact.region})]
        case "members.member-erased":
            ids = dict.fromkeys([str(fact.data["person"]), *map(str, fact.data["ids"])])
            return [Change(identity, {"erased": True}) for identity in ids]
    return []


def is_member(known: Mapping[str, Any] | None) -> bool:
    """Whether a document is a member's: one who joined and is not erased."""
    return known is not None and "region" in known and not known.get("erased")


PARTICIPANTS = View(name="participants", version=2, apply=apply, logs=(INBOX,))
