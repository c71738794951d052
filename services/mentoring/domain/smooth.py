"""*Lancar*: automation runs smoothly (R10). The mentor proposes it, the library confirms it, and neither can without the
evidence window: so many whole weeks of loans, a backup without error, and nothing that blocks.
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
    """``mentor`` says that it runs."""

    mentor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmSmooth(Command):
    """``person`` works at the library and says so too. ``leads``: the person leads in its region besides."""

    person: str
    at: datetime
    leads: bool = False


@dataclass(frozen=True, slots=True)
class ReportRegression(Command):
    """It runs no longer, or not as it did."""

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
    """``weeks`` in a row had their evidence."""

    library: Library
    by: str
    weeks: int


@dataclass(frozen=True, slots=True)
class LibrarySmooth(Event):
    """``proposed_by`` the mentor, confirmed ``by`` somebody of the library, after ``weeks`` under version ``rules``."""

    library: Library
    proposed_by: str
    by: str
    weeks: int
    rules: int


@dataclass(frozen=True, slots=True)
class LibraryRegressed(Event):
    """Back on probation, with a window that begins on ``first``. ``was`` is the stage that it fell back from."""

    library: Library
    reason: Note
    was: str
    first: date
    by: str


SmoothCommand = RaiseBlocker | ClearBlocker | ProposeSmooth | ConfirmSmooth | ReportRegression
SmoothEvent = BlockerRaised | BlockerCleared | SmoothProposed | LibrarySmooth | LibraryRegressed


def decide(command: SmoothCommand, case: Mentorship) -> Sequence[Event]:
    """What follows. Raises ``Refused`` and, for a blocker that never was, ``NotFound``."""
    match command:
        case RaiseBlocker():
            known = command.blocker in case.blockers_ever
            return [] if known else [BlockerRaised(case.running, command.blocker, command.note, command.by)]
        case ClearBlocker():
            if command.blocker not in case.blockers_ever:
                raise NotFound
            still = command.blocker in case.blockers
            return [BlockerCleared(case.running, command.blocker, command.by)] if still else []
        case ProposeSmooth():
            return _propose(command, case)
        case ConfirmSmooth():
            return _confirm(command, case)
        case ReportRegression():
            return _regress(command, case)
        case _:
            assert_never(command)


def evolve(case: Mentorship, event: SmoothEvent) -> Mentorship:
    """The case after an event. A proposal does not outlive what speaks against it."""
    match event:
        case BlockerRaised(blocker=blocker):
            return replace(
                case, blockers=case.blockers | {blocker}, blockers_ever=case.blockers_ever | {blocker}, proposed_by=""
            )
        case BlockerCleared(blocker=blocker):
            return replace(case, blockers=case.blockers - {blocker})
        case SmoothProposed(by=by):
            return replace(case, proposed_by=by)
        case LibrarySmooth():
            return replace(case, stage=SMOOTH, proposed_by="")
        case LibraryRegressed(first=first):
            probation = case.probation and case.probation.restarted(first)
            return replace(case, stage=PROBATION, probation=probation, proposed_by="")
        case _:
            assert_never(event)


def proven(case: Mentorship, at: datetime) -> Probation:
    """The probation of a case that has stood it by a moment. THE rule: no *lancar* without the evidence window.

    Raises ``Refused``: ``not-live-yet``, ``window-not-complete``, ``no-backup``, ``open-blocker``.
    """
    if case.probation is None:
        raise Refused("not-live-yet", "The library has not gone live yet.")
    window = case.probation.window(at)
    if window.have < window.need:
        raise Refused(
            "window-not-complete",
            f"{window.have} of {window.need} weeks in a row have their evidence.",
            have=window.have,
            need=window.need,
            since=window.first.isoformat(),
        )
    if not window.backup:
        raise Refused("no-backup", "No backup without error has been reported in these weeks.")
    if case.blockers:
        raise Refused("open-blocker", "Something still blocks it; clear that first.", blockers=sorted(case.blockers))
    return case.probation


def _propose(command: ProposeSmooth, case: Mentorship) -> Sequence[Event]:
    library = case.running
    if case.stage == SMOOTH or case.proposed_by:
        return []
    probation = proven(case, command.at)
    return [SmoothProposed(library, command.mentor, probation.window(command.at).have)]


def _confirm(command: ConfirmSmooth, case: Mentorship) -> Sequence[Event]:
    library = case.running
    if case.stage == SMOOTH:
        return []
    # Judged again: between the proposal and this a week may have passed without evidence.
    probation = proven(case, command.at)
    if not case.proposed_by:
        raise Refused("not-proposed-yet", "The mentor proposes it first.")
    # Whoever accompanies it, or leads those who do, would confirm the community's own work to the community.
    if command.leads or command.person == case.proposed_by or command.person in case.mentors:
        raise Refused("confirmed-by-the-library", "Somebody of the library confirms it, nobody who accompanies it.")
    weeks = probation.window(command.at).have
    return [LibrarySmooth(library, case.proposed_by, command.person, weeks, probation.rules)]


def _regress(command: ReportRegression, case: Mentorship) -> Sequence[Event]:
    library = case.running
    if not case.live:
        raise Refused("not-live-yet", "What has not gone live cannot fall back.")
    return [LibraryRegressed(library, command.reason, case.stage, first_monday(command.at), command.by)]
