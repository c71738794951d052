"""Which ids are one person. Key: a participant's id, member or guest.

``{person, guests: [ids], region}``; ``person`` is whom a guest turned out to be, ``guests`` the other way round,
``region`` a member's own.
"""

from __future__ import annotations

from services.kernel.message import Fact
from services.kernel.view import INBOX, Applied, Change, View, adding


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    match fact.name:
        case "members.guest-tied":
            guest, person = str(fact.data["guest"]), str(fact.data["person"])
            return [Change(guest, {"person": person}), Change(person, {"guests": adding("guests", guest)})]
        case "members.member-joined" | "members.member-changed":
            return [Change(str(fact.data["person"]), {"region": fact.region})]
    return []


PARTICIPANTS = View(name="participants", version=1, apply=apply, logs=(INBOX,))
