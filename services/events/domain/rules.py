"""The community's own rules as far as this service applies them: dated, and changed by the board elsewhere.

A decision that follows one of them carries the version that it was taken under, for good: a gathering published while
only the board spoke says so years later.
"""

from __future__ import annotations

from dataclasses import dataclass

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
