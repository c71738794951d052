"""A mentorship as its rules see it: one library, accompanied from its wish until its automation runs (R10).

The case belongs to the library and never to a person: staff and mentors come and go, the case stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.kernel.base.problem import NotFound, Refused
from services.mentoring.domain.probation import Probation
from services.mentoring.domain.template import PROBATION, SMOOTH

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class Library:
    """The library that a case is about, and its region."""

    id: str
    region: str


@dataclass(frozen=True, slots=True)
class Note:
    """Free text, sealed under the id of whoever wrote it, so that it is gone when they are."""

    owner: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Mentorship:
    """``mentors`` begins with the one who leads. ``lacking`` is what the last assessment of readiness found missing, None
    before there was one. ``proposed_by`` is the mentor who says that it runs, until the library has answered.
    """

    state: str = ""
    library: Library | None = None
    template: str = ""
    stage: str = ""
    mentors: tuple[str, ...] = ()
    lacking: tuple[str, ...] | None = None
    pilot: bool = False
    probation: Probation | None = None
    blockers: frozenset[str] = frozenset()
    blockers_ever: frozenset[str] = frozenset()
    proposed_by: str = ""
    installation: tuple[str, str] | None = None
    evidence_key: str = ""
    links: Mapping[str, datetime] = field(default_factory=dict)
    rotated: frozenset[str] = frozenset()

    @property
    def running(self) -> Library:
        """The library of a case that is open. Raises ``NotFound``, and ``Refused`` once it is closed."""
        if self.library is None:
            raise NotFound
        if self.state == CLOSED:
            raise Refused("mentorship-closed", "This mentorship is closed; a new wish opens another.")
        return self.library

    @property
    def live(self) -> bool:
        """Whether loans go through the software: on probation, or smooth already."""
        return self.stage in {PROBATION, SMOOTH}
