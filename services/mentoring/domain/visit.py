"""A visit: somebody of the community was at the library, called, or wrote (R22). Entered in half a minute, on a phone.

What was done and what comes next is for the library too; a note beside it is for those who accompany it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider
from services.mentoring.domain.case import Library, Note

ON_SITE, CALL, CHAT = "on-site", "call", "chat"
LONGEST_MINUTES = 720


@dataclass(frozen=True, slots=True)
class LogVisit(Command):
    """``day`` is the visitor's, ``today`` the present one where the community lives. ``staff`` were there; ``units`` were
    practised. ``open``: the case is.
    """

    mentorship: str
    library: Library
    open: bool
    visitor: str
    day: date
    today: date
    minutes: int
    mode: str
    done: Note
    next: Note | None
    internal: Note | None
    staff: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitLogged(Event):
    mentorship: str
    library: Library
    visitor: str
    day: date
    minutes: int
    mode: str
    done: Note
    next: Note | None
    internal: Note | None
    staff: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """Whether it is entered."""

    logged: bool = False


def decide(command: LogVisit, visit: Visit) -> Sequence[Event]:
    """What follows. Raises ``Refused``."""
    if visit.logged:
        return []
    if not command.open:
        raise Refused("mentorship-closed", "This mentorship is closed; a new wish opens another.")
    if command.day > command.today:
        raise Refused("visit-lies-ahead", "A visit is entered when it has been made.")
    return [
        VisitLogged(
            mentorship=command.mentorship,
            library=command.library,
            visitor=command.visitor,
            day=command.day,
            minutes=command.minutes,
            mode=command.mode,
            done=command.done,
            next=command.next,
            internal=command.internal,
            staff=command.staff,
            units=command.units,
        )
    ]


def evolve(_visit: Visit, _event: VisitLogged) -> Visit:
    """The visit after it was entered."""
    return Visit(logged=True)


VISIT: Decider[Visit] = Decider("visit", Visit(), decide, evolve)
