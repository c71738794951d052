"""The community's dated rules, as members told them. Key: the version.

``{version, in_force_from, rules: {...}}``; ``rules`` has the fields of ``RulesInForce`` but ``version``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from services.kernel.declare.fact_views import Document, dated, document_at, told_or_default
from services.kernel.declare.view import INBOX, View
from services.mentoring.domain.rules import RulesInForce

_DEFAULTS = {name: value for name, value in asdict(RulesInForce()).items() if name != "version"}


def rules_at(documents: Iterable[Document], at: datetime) -> RulesInForce:
    """The rules in force at a moment, of the view's documents."""
    found = document_at(documents, at)
    if found is None:
        return RulesInForce()
    rules = {name: tuple(value) if isinstance(value, list) else value for name, value in found["rules"].items()}
    return RulesInForce(version=found["version"], **rules)


def _kept(data: Document) -> Document:
    return {"rules": told_or_default(data, _DEFAULTS)}


RULEBOOK = View("rulebook", 1, dated("members.rules-changed", _kept), logs=(INBOX,))
