"""The report of one trial."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """What a trial gave. ``seconds`` and ``rest`` are times, to the end and from the last fault to rest; ``processor`` are the
    seconds of processor time of all its processes. ``digest`` is the SHA-256 of the history; ``outcomes`` counts the commands by outcome, ``again`` the answers
    after which a client asked again, by status, 0 for a lost connection; ``repeated`` counts the
    mails and webhooks that came again under their identity.
    """

    seed: int
    full: bool
    seconds: float = 0.0
    rest: float = 0.0
    processor: float = 0.0
    kills: dict[str, int] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)
    commits: int = 0
    facts: int = 0
    mails: int = 0
    webhooks: int = 0
    repeated: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    findings: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many processes were killed."""
        return sum(self.kills.values())

    @property
    def name(self) -> str:
        """The report's own name: its kind and seed."""
        return f"{'full' if self.full else 'quick'}-{self.seed}"
