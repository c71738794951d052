"""A library: the institution that is accompanied, whatever staff comes and goes.

One stream a name and region, because the id is derived from both. Two people who register the same school at once write
to the same stream, and its version decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

KINDS = ("school", "reading-garden", "campus", "public", "other")
LEVELS = ("basic", "secondary", "higher", "none")
SIZES = ("small", "medium", "large")
INTERESTS = ("none", "interested", "using")

_STATE_SCHOOL = re.compile(r"\b(sd|smp|sma|smk|mi|mts|ma|tk) negeri\b")
_LIBRARY_OF = re.compile(r"\A(?:upt )?perpustakaan (?=.)")


def spelling(name: str) -> str:
    """The form of a name for comparing and searching: words of small letters and digits, "SMA Negeri" as "sman",
    without "Perpustakaan" at the beginning. Idempotent.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    words = " ".join(re.findall(r"[^\W_]+", folded))
    while (shorter := _LIBRARY_OF.sub("", _STATE_SCHOOL.sub(r"\1n", words))) != words:
        words = shorter
    return words


@dataclass(frozen=True, slots=True)
class RegisterLibrary(Command):
    """Register a library; a known library stays unchanged."""

    name: str
    kind: str
    level: str
    region: str
    subdistrict: str | None
    size: str | None = None


@dataclass(frozen=True, slots=True)
class DescribeLibrary(Command):
    """Describe a library anew. Name and region stay, because the id is derived from them."""

    kind: str
    level: str
    subdistrict: str | None
    size: str | None


@dataclass(frozen=True, slots=True)
class ChangeInterest(Command):
    """How a library stands towards SLiMS: ``none``, ``interested`` or ``using``."""

    interest: str


LibraryCommand = RegisterLibrary | DescribeLibrary | ChangeInterest


@dataclass(frozen=True, slots=True)
class LibraryRegistered(Event):
    """``kind`` of ``KINDS``, ``level`` of ``LEVELS``, ``size`` of ``SIZES`` or unknown."""

    name: str
    kind: str
    level: str
    region: str
    subdistrict: str | None
    size: str | None


@dataclass(frozen=True, slots=True)
class LibraryDescribed(Event):
    """The new description; ``name`` and ``region`` are unchanged, for readers of the fact."""

    name: str
    region: str
    kind: str
    level: str
    subdistrict: str | None
    size: str | None


@dataclass(frozen=True, slots=True)
class LibraryInterestChanged(Event):
    """``region`` is the library's, for readers of the fact."""

    interest: str
    region: str


LibraryEvent = LibraryRegistered | LibraryDescribed | LibraryInterestChanged


@dataclass(frozen=True, slots=True)
class Library:
    name: str
    kind: str
    level: str
    region: str
    subdistrict: str | None
    size: str | None
    interest: str = "none"


def decide(command: LibraryCommand, library: Library | None) -> Sequence[Event]:
    """A library is registered once; a school has a level. Raises ``NotFound`` for a library that was never registered."""
    if isinstance(command, RegisterLibrary):
        return _register(command) if library is None else []
    if library is None:
        raise NotFound("There is no such library.")
    match command:
        case DescribeLibrary():
            return _describe(command, library)
        case ChangeInterest(interest=interest):
            return [] if interest == library.interest else [LibraryInterestChanged(interest, library.region)]
        case _:
            assert_never(command)


def _register(command: RegisterLibrary) -> Sequence[Event]:
    _require_level_of_school(command.kind, command.level)
    return [
        LibraryRegistered(command.name, command.kind, command.level, command.region, command.subdistrict, command.size)
    ]


def _describe(command: DescribeLibrary, library: Library) -> Sequence[Event]:
    _require_level_of_school(command.kind, command.level)
    described = LibraryDescribed(
        library.name, library.region, command.kind, command.level, command.subdistrict, command.size
    )
    return [] if evolve(library, described) == library else [described]


def _require_level_of_school(kind: str, level: str) -> None:
    if kind == "school" and level not in {"basic", "secondary"}:
        raise Refused("school-has-a-level", "A school needs the level basic or secondary.")


def evolve(library: Library | None, event: LibraryEvent) -> Library | None:
    match event:
        case LibraryRegistered():
            return Library(event.name, event.kind, event.level, event.region, event.subdistrict, event.size)
        case LibraryDescribed():
            return library and replace(
                library, kind=event.kind, level=event.level, subdistrict=event.subdistrict, size=event.size
            )
        case LibraryInterestChanged():
            return library and replace(library, interest=event.interest)
        case _:
            assert_never(event)


LIBRARY: Decider[Library | None] = Decider("library", None, decide, evolve)
