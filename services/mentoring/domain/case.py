"""The state of a mentorship: one library, accompanied from its wish until its automation runs (R10).

The case belongs to the library and not to a person: staff and mentors change, the case stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.kernel.base.problem import Refused
from services.mentoring.domain.probation import Probation
from services.mentoring.domain.template import PROBATION, SMOOTH

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class Library:
    """The library of a case, and the library's region."""

    id: str
    region: str


@dataclass(frozen=True, slots=True)
class Note:
    """Free text, sealed under the id of its writer, so that the text is lost when the writer is erased."""

    owner: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Mentorship:
    """``mentors`` begins with the mentor who leads. ``lacking`` holds the conditions that the last assessment of readiness found
    missing, None before the first assessment. ``proposed_by`` is the mentor whose proposal of *lancar* waits for the library.
    ``installation`` is version and host. ``evidence_key`` is the digest of the server's key; ``links`` holds, by digest of the
    address, when each link expires.
    """

    library: Library
    template: str
    stage: str
    state: str = OPEN
    mentors: tuple[str, ...] = ()
    lacking: tuple[str, ...] | None = None
    pilot: bool = False
    probation: Probation | None = None
    blockers: frozenset[str] = frozenset()
    blockers_ever: frozenset[str] = frozenset()
    proposed_by: str | None = None
    installation: tuple[str, str] | None = None
    evidence_key: str | None = None
    links: Mapping[str, datetime] = field(default_factory=dict)

    def require_open(self) -> None:
        """Raises ``Refused`` once the case is closed."""
        if self.state == CLOSED:
            raise Refused("mentorship-closed", "This mentorship is closed; a new wish opens another.")

    @property
    def live(self) -> bool:
        """Whether loans go through the software: on probation, or smooth already."""
        return self.stage in {PROBATION, SMOOTH}
