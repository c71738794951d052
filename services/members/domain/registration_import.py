"""An import of registrations: the rows of a file, taken in order, each with an outcome.

An outcome is a number, a kind and names of reasons: no personal data stand here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound
from services.kernel.commands.decider import Decider

JOINED = "joined"
KNOWN = "known"
DIFFERENT = "different"
BAD = "bad"


class Reason(StrEnum):
    """Why a row cannot be taken."""

    COLUMNS = "columns"
    NAME_MISSING = "name-missing"
    TEXT_TOO_LONG = "text-too-long"
    CONTACT_MISSING = "contact-missing"
    EMAIL_UNREADABLE = "email-unreadable"
    PHONE_UNREADABLE = "phone-unreadable"
    LIBRARY_MISSING = "library-missing"
    REGION_MISSING = "region-missing"
    REGION_UNKNOWN = "region-unknown"
    REGION_AMBIGUOUS = "region-ambiguous"
    REGION_NOT_YOURS = "region-not-yours"
    SUBDISTRICT_MISSING = "subdistrict-missing"
    SUBDISTRICT_UNKNOWN = "subdistrict-unknown"
    DATE_UNREADABLE = "date-unreadable"
    DATE_IN_THE_FUTURE = "date-in-the-future"
    TWO_PEOPLE = "two-people"
    NOT_TAKEN = "not-taken"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """``row`` is the number in a spreadsheet: the headers are row 1.

    ``kind``: ``joined``, ``known`` (with the same data), ``different`` (known with other data; ``about`` names the
    fields) or ``bad`` (``about`` names the reasons).
    """

    row: int
    kind: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartImport(Command):
    """Take a file whose rows have been read and stored. ``by`` is the person who brought it."""

    rows: int
    by: str


@dataclass(frozen=True, slots=True)
class RecordRows(Command):
    """The outcomes of the next rows, in order."""

    outcomes: tuple[RowOutcome, ...]


ImportCommand = StartImport | RecordRows


@dataclass(frozen=True, slots=True)
class ImportStarted(Event):
    """``rows`` is the number of rows in the file."""

    rows: int
    by: str


@dataclass(frozen=True, slots=True)
class RowsTaken(Event):
    """The outcomes of some rows. The counts cover all rows taken so far."""

    outcomes: tuple[RowOutcome, ...]
    done: int
    joined: int
    known: int
    different: int
    bad: int


@dataclass(frozen=True, slots=True)
class ImportFinished(Event):
    """Every row has its outcome. The file and its key are destroyed behind this."""


ImportEvent = ImportStarted | RowsTaken | ImportFinished


@dataclass(frozen=True, slots=True)
class RegistrationImport:
    """``last`` is the number of the last row taken, 1 (the headers) at first."""

    rows: int
    by: str
    last: int = 1
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    finished: bool = False

    @property
    def done(self) -> int:
        """How many rows have an outcome."""
        return sum(self.counts)


def decide(command: ImportCommand, state: RegistrationImport | None) -> Sequence[Event]:
    """Each row keeps its first outcome; the last row finishes the import."""
    match command:
        case StartImport():
            return [] if state is not None else [ImportStarted(command.rows, command.by)]
        case RecordRows():
            return _record(command, state)
        case _:
            assert_never(command)


def _record(command: RecordRows, state: RegistrationImport | None) -> Sequence[Event]:
    if state is None:
        raise NotFound("There is no such import.")
    fresh = tuple(outcome for outcome in command.outcomes if outcome.row > state.last)
    if state.finished or not fresh:
        return []
    kinds = Counter(outcome.kind for outcome in fresh)
    counted = zip(state.counts, (JOINED, KNOWN, DIFFERENT, BAD), strict=True)
    joined, known, different, bad = (count + kinds[kind] for count, kind in counted)
    taken = RowsTaken(fresh, state.done + len(fresh), joined, known, different, bad)
    return [taken, ImportFinished()] if taken.done >= state.rows else [taken]


def evolve(state: RegistrationImport | None, event: ImportEvent) -> RegistrationImport | None:
    match event:
        case ImportStarted():
            return RegistrationImport(event.rows, event.by)
        case RowsTaken():
            counts = (event.joined, event.known, event.different, event.bad)
            return state and replace(state, last=event.outcomes[-1].row, counts=counts)
        case ImportFinished():
            return state and replace(state, finished=True)
        case _:
            assert_never(event)


REGISTRATION_IMPORT: Decider[RegistrationImport | None] = Decider("import", None, decide, evolve)
