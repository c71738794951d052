"""The community's rules as far as this service applies them. Rules have dates, and the board changes rules in members.

A decision carries the version of its rule for good: a gathering published while only the board spoke says so years
later.
"""

from __future__ import annotations

from dataclasses import dataclass

BOARD_ONLY = "board"
OPEN_TO_ALL = "open"


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules of a decision. ``speakers`` is ``board`` or ``open``; ``version`` 0 holds until the board sets rules: a
    gathering is led by the board (R4).
    """

    version: int = 0
    speakers: str = BOARD_ONLY


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """The rule of a certificate: ``minimum`` is the share of sessions that must be attended."""

    version: int = 0
    minimum: float = 1.0
