"""Who holds which office, as members told it. Key: ``<office>.<region or all>``.

``{office, region, board, holders: [persons], stand_in}``; an office that one person holds has one holder at most.
"""

from __future__ import annotations

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, View, adding, taking


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    match fact.name:
        case "members.office-assumed":
            named = {"holders": adding("holders", str(fact.data["person"])), "board": bool(fact.data["board"])}
        case "members.office-vacated":
            named = {"holders": taking("holders", str(fact.data["person"]))}
        case "members.stand-in-named":
            named = {"stand_in": str(fact.data["person"])}
        case "members.stand-in-ended":
            named = {"stand_in": None}
        case _:
            return []
    return [Change(fact.subject, {"office": fact.data["office"], "region": fact.data["region"], **named})]


OFFICES = View(name="offices", version=1, apply=apply, logs=(INBOX,), indexes=([("region", 1)],))
