"""A visit: a person of the community was at the library, called, or wrote (R22). A visit is entered in half a minute on a phone.

The library reads ``done`` and ``next`` too; the ``internal`` note is for those who accompany the library.
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
MAX_VISIT_MINUTES = 720


@dataclass(frozen=True, slots=True)
class LogVisit(Command):
    """``day`` is the day of the visit, ``today`` the present day where the community lives. ``staff`` were present, ``units`` were
    practised. ``open``: the case is open.
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
    """A visit that was entered."""


def decide(command: LogVisit, visit: Visit | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``."""
    if visit is not None:
        return []
    if not command.open:
        raise Refused("mentorship-closed", "This mentorship is closed; a new wish opens another.")
    if command.day > command.today:
        raise Refused("visit-lies-ahead", "The visit is dated in the future.")
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


def evolve(_visit: Visit | None, _event: VisitLogged) -> Visit:
    """The visit after an event."""
    return Visit()


VISIT: Decider[Visit | None] = Decider("visit", None, decide, evolve)
