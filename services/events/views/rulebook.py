"""The community's dated rules, as members told them. Key: the version.

``{version, in_force_from, speakers}``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.events.domain.rules import BOARD_ONLY, DatedRules, RulesInForce, in_force
from services.events.times import moment, read
from services.kernel.message import Fact
from services.kernel.view import INBOX, Applied, Change, View


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    if fact.name != "members.rules-changed":
        return []
    version = int(fact.data["version"])
    since = moment(read(str(fact.data["in_force_from"])))
    speakers = str(fact.data.get("speakers", BOARD_ONLY))
    return [Change(f"{version:06d}", {"version": version, "in_force_from": since, "speakers": speakers})]


def rules_at(documents: Iterable[Mapping[str, Any]], at: datetime) -> RulesInForce:
    """The rules in force at a moment, of the view's documents."""
    versions = [
        DatedRules(read(document["in_force_from"]), RulesInForce(document["version"], document["speakers"]))
        for document in documents
    ]
    return in_force(versions, at)


RULEBOOK = View(name="rulebook", version=1, apply=apply, logs=(INBOX,))
