"""The community's own rules as far as this service applies them: dated, and changed by the board elsewhere.

A decision that follows one of them carries the version that it was taken under, for good: a gathering published while
only the board spoke says so years later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

BOARD_ONLY = "board"
OPEN_TO_ALL = "open"


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """What a decision was taken under. ``speakers`` is ``board`` or ``open``; ``version`` 0 is what holds until the
    board has set any rules: a gathering is led by the board (R4).
    """

    version: int = 0
    speakers: str = BOARD_ONLY


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """What a certificate was issued under: ``minimum`` is the share of the sessions that has to be attended."""

    version: int = 0
    minimum: float = 1.0


@dataclass(frozen=True, slots=True)
class DatedRules:
    """One version of the rules and the moment from which it is in force."""

    in_force_from: datetime
    rules: RulesInForce
    certificate_minimum: float = 1.0


def in_force(versions: Iterable[DatedRules], at: datetime) -> RulesInForce:
    """The rules at a moment: the ones that came into force last, of two at the same moment the higher version."""
    dated = _latest(versions, at)
    return dated.rules if dated else RulesInForce()


def certificate_rule(versions: Iterable[DatedRules], at: datetime) -> CertificateRule:
    """What a certificate is issued under for what began at a moment."""
    dated = _latest(versions, at)
    return CertificateRule(dated.rules.version, dated.certificate_minimum) if dated else CertificateRule()


def _latest(versions: Iterable[DatedRules], at: datetime) -> DatedRules | None:
    begun = [dated for dated in versions if dated.in_force_from <= at]
    return max(begun, key=lambda dated: (dated.in_force_from, dated.rules.version), default=None)
