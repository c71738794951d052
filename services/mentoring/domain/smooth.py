"""*Lancar*: the automation runs smoothly (R10). The mentor proposes, the library confirms, and both need the evidence window: a
number of whole weeks with loans, a backup without error, and no open blocker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.mentoring.domain.case import Library, Mentorship, Note
from services.mentoring.domain.probation import Probation
from services.mentoring.domain.template import PROBATION, SMOOTH
from services.mentoring.domain.weeks import first_monday


@dataclass(frozen=True, slots=True)
class RaiseBlocker(Command):
    blocker: str
    note: Note
    by: str


@dataclass(frozen=True, slots=True)
class ClearBlocker(Command):
    blocker: str
    by: str


@dataclass(frozen=True, slots=True)
class ProposeSmooth(Command):
    """``mentor`` says that the automation runs smoothly."""

    mentor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmSmooth(Command):
    """``person`` works at the library and says the same. ``leads``: the person also leads in the library's region."""

    person: str
    at: datetime
    leads: bool = False


@dataclass(frozen=True, slots=True)
class ReportRegression(Command):
    """The automation does not run any more, or no longer smoothly."""

    reason: Note
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BlockerRaised(Event):
    library: Library
    blocker: str
    note: Note
    by: str


@dataclass(frozen=True, slots=True)
class BlockerCleared(Event):
    library: Library
    blocker: str
    by: str


@dataclass(frozen=True, slots=True)
class SmoothProposed(Event):
    """``weeks`` is the number of weeks in a row with evidence."""

    library: Library
    by: str
    weeks: int


@dataclass(frozen=True, slots=True)
class LibrarySmooth(Event):
    """``proposed_by`` the mentor, confirmed ``by`` a person of the library, after ``weeks`` weeks under version ``rules``."""

    library: Library
    proposed_by: str
    by: str
    weeks: int
    rules: int


@dataclass(frozen=True, slots=True)
class LibraryRegressed(Event):
    """Probation begins again, with a window from ``first`` on. ``was`` is the stage that the library fell back from."""

    library: Library
    reason: Note
    was: str
    first: date
    by: str


SmoothCommand = RaiseBlocker | ClearBlocker | ProposeSmooth | ConfirmSmooth | ReportRegression
SmoothEvent = BlockerRaised | BlockerCleared | SmoothProposed | LibrarySmooth | LibraryRegressed


def decide(command: SmoothCommand, case: Mentorship) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for a blocker that was never raised."""
    match command:
        case RaiseBlocker():
            return _raise_blocker(command, case)
        case ClearBlocker():
            return _clear_blocker(command, case)
        case ProposeSmooth():
            return _propose(command, case)
        case ConfirmSmooth():
            return _confirm(command, case)
        case ReportRegression():
            return _regress(command, case)
        case _:
            assert_never(command)


def evolve(case: Mentorship, event: SmoothEvent) -> Mentorship:
    """The case after an event. A blocker and a regression end a proposal."""
    match event:
        case BlockerRaised(blocker=blocker):
            blockers, ever = case.blockers | {blocker}, case.blockers_ever | {blocker}
            return replace(case, blockers=blockers, blockers_ever=ever, proposed_by=None)
        case BlockerCleared(blocker=blocker):
            return replace(case, blockers=case.blockers - {blocker})
        case SmoothProposed(by=by):
            return replace(case, proposed_by=by)
        case LibrarySmooth():
            return replace(case, stage=SMOOTH, proposed_by=None)
        case LibraryRegressed(first=first):
            probation = case.probation and case.probation.restarted(first)
            return replace(case, stage=PROBATION, probation=probation, proposed_by=None)
        case _:
            assert_never(event)


def proven(case: Mentorship, at: datetime) -> Probation:
    """The probation of a case that has stood the whole of it by a moment. THE rule: no *lancar* without the evidence window.

    Raises ``Refused``: ``not-live-yet``, ``window-not-complete``, ``no-backup``, ``open-blocker``.
    """
    if case.probation is None:
        raise Refused("not-live-yet", "The library has not gone live yet.")
    window = case.probation.window(at)
    if window.have < window.need:
        raise Refused(
            "window-not-complete",
            f"{window.have} of {window.need} weeks in a row have evidence.",
            have=window.have,
            need=window.need,
            since=window.first.isoformat(),
        )
    if not window.backup:
        raise Refused("no-backup", "No backup without an error was reported in these weeks.")
    if case.blockers:
        raise Refused(
            "open-blocker", "A blocker is still open; clear the blocker first.", blockers=sorted(case.blockers)
        )
    return case.probation


def _raise_blocker(command: RaiseBlocker, case: Mentorship) -> Sequence[Event]:
    if command.blocker in case.blockers_ever:
        return []
    case.require_open()
    return [BlockerRaised(case.library, command.blocker, command.note, command.by)]


def _clear_blocker(command: ClearBlocker, case: Mentorship) -> Sequence[Event]:
    if command.blocker not in case.blockers_ever:
        raise NotFound
    if command.blocker not in case.blockers:
        return []
    case.require_open()
    return [BlockerCleared(case.library, command.blocker, command.by)]


def _propose(command: ProposeSmooth, case: Mentorship) -> Sequence[Event]:
    case.require_open()
    if case.stage == SMOOTH or case.proposed_by is not None:
        return []
    probation = proven(case, command.at)
    return [SmoothProposed(case.library, command.mentor, probation.window(command.at).have)]


def _confirm(command: ConfirmSmooth, case: Mentorship) -> Sequence[Event]:
    case.require_open()
    if case.stage == SMOOTH:
        return []
    # The window is judged again, for since the proposal a week may have passed without evidence.
    probation = proven(case, command.at)
    if case.proposed_by is None:
        raise Refused("not-proposed-yet", "A mentor must propose it first.")
    # A mentor or a regional coordinator would confirm the community's own work to the community.
    if command.leads or command.person == case.proposed_by or command.person in case.mentors:
        raise Refused("confirmed-by-the-library", "Only people who work at the library can confirm; mentors cannot.")
    weeks = probation.window(command.at).have
    return [LibrarySmooth(case.library, case.proposed_by, command.person, weeks, probation.rules)]


def _regress(command: ReportRegression, case: Mentorship) -> Sequence[Event]:
    case.require_open()
    if not case.live:
        raise Refused("not-live-yet", "The library has not gone live yet, so it cannot regress.")
    return [LibraryRegressed(case.library, command.reason, case.stage, first_monday(command.at), command.by)]
