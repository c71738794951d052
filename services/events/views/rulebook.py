"""The community's dated rules, as members told them. Key: the version.

``{version, in_force_from, speakers, certificate_minimum}``
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.events.domain.rules import CertificateRule, RulesInForce
from services.kernel.declare.fact_views import Document, dated, document_at, told_or_default
from services.kernel.declare.view import INBOX, View

_DEFAULTS = {"speakers": RulesInForce().speakers, "certificate_minimum": CertificateRule().minimum}


def rules_at(documents: Iterable[Document], at: datetime) -> RulesInForce:
    """The rules in force at a moment, of the view's documents."""
    found = document_at(documents, at)
    return RulesInForce(found["version"], found["speakers"]) if found else RulesInForce()


def certificate_rule_at(documents: Iterable[Document], at: datetime) -> CertificateRule:
    """The rule for certificates at a moment, of the view's documents."""
    found = document_at(documents, at)
    return CertificateRule(found["version"], found["certificate_minimum"]) if found else CertificateRule()


def _kept(data: Document) -> Document:
    return told_or_default(data, _DEFAULTS)


RULEBOOK = View("rulebook", 2, dated("members.rules-changed", _kept), logs=(INBOX,))
