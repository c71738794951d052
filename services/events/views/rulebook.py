"""The community's dated rules, as members told them. Key: the version.

``{version, in_force_from, speakers, certificate_minimum}``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.events.domain.rules import (
    BOARD_ONLY,
    CertificateRule,
    DatedRules,
    RulesInForce,
    certificate_rule,
    in_force,
)
from services.kernel.message import Fact
from services.kernel.times import moment, read
from services.kernel.view import INBOX, Applied, Change, View


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    if fact.name != "members.rules-changed":
        return []
    version = int(fact.data["version"])
    since = moment(read(str(fact.data["in_force_from"])))
    speakers = str(fact.data.get("speakers", BOARD_ONLY))
    minimum = float(fact.data.get("certificate_minimum", CertificateRule().minimum))
    rules = {"version": version, "in_force_from": since, "speakers": speakers, "certificate_minimum": minimum}
    return [Change(f"{version:06d}", rules)]


def rules_at(documents: Iterable[Mapping[str, Any]], at: datetime) -> RulesInForce:
    """The rules in force at a moment, of the view's documents."""
    return in_force(_dated(documents), at)


def certificate_rule_at(documents: Iterable[Mapping[str, Any]], at: datetime) -> CertificateRule:
    """The rule for certificates at a moment, of the view's documents."""
    return certificate_rule(_dated(documents), at)


def _dated(documents: Iterable[Mapping[str, Any]]) -> list[DatedRules]:
    return [
        DatedRules(
            read(document["in_force_from"]),
            RulesInForce(document["version"], document["speakers"]),
            document["certificate_minimum"],
        )
        for document in documents
    ]


RULEBOOK = View(name="rulebook", version=2, apply=apply, logs=(INBOX,))
