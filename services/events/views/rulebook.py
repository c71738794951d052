"""The community's dated rules, as members told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.events.domain.rules import CertificateRule, RulesInForce
from services.kernel.base.message import Fact
from services.kernel.base.times import moment
from services.kernel.declare.dated_rows import row_at, six_digits
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View


@dataclass(frozen=True)
class RulesChanged:
    """A version of the rules. A fact from before a rule existed lacks the rule: the default held then."""

    version: int
    in_force_from: datetime
    speakers: str = RulesInForce().speakers
    certificate_minimum: float = CertificateRule().minimum


HEARD = FactShapes({"members.rules-changed": RulesChanged})


@dataclass(frozen=True)
class RulesRow:
    """``key`` is the version in six digits. ``speakers`` is board or open, ``certificate_minimum`` a share from 0 to 1."""

    key: str
    version: int
    in_force_from: str
    speakers: str = RulesInForce().speakers
    certificate_minimum: float = CertificateRule().minimum


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case RulesChanged(version, begins, speakers, minimum):
            return [Change.put(RulesRow(six_digits(version), version, moment(begins), speakers, float(minimum)))]
    return []


def rules_at(rows: Iterable[RulesRow], at: datetime) -> RulesInForce:
    """The rules in force at a moment."""
    found = row_at(rows, at)
    return RulesInForce(found.version, found.speakers) if found else RulesInForce()


def certificate_rule_at(rows: Iterable[RulesRow], at: datetime) -> CertificateRule:
    """The rule for certificates at a moment."""
    found = row_at(rows, at)
    return CertificateRule(found.version, found.certificate_minimum) if found else CertificateRule()


RULEBOOK = View("rulebook", 2, row=RulesRow, apply=apply, logs=(INBOX,))
