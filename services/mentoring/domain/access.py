"""What a case lends out and notes down: the key of the library's own server, links to its progress, what is installed,
and which passwords have been changed since somebody left. No secret and no password is ever in an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.mentoring.domain.case import Library, Mentorship


@dataclass(frozen=True, slots=True)
class IssueEvidenceKey(Command):
    """``digest`` stands for the key; the former one is good no longer."""

    digest: str
    by: str


@dataclass(frozen=True, slots=True)
class MakeLink(Command):
    """``digest`` stands for the address."""

    digest: str
    expires: datetime
    by: str


@dataclass(frozen=True, slots=True)
class NoteInstallation(Command):
    """Which version runs, and on what kind of ``host``."""

    version: str
    host: str
    by: str


@dataclass(frozen=True, slots=True)
class ConfirmRotation(Command):
    """These passwords have been changed after somebody left."""

    passwords: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class EvidenceKeyIssued(Event):
    digest: str
    by: str


@dataclass(frozen=True, slots=True)
class LinkMade(Event):
    digest: str
    expires: datetime
    by: str


@dataclass(frozen=True, slots=True)
class InstallationNoted(Event):
    version: str
    host: str
    by: str


@dataclass(frozen=True, slots=True)
class PasswordsRotated(Event):
    """By name of what they open; the passwords themselves are nobody's business."""

    passwords: tuple[str, ...]
    by: str


AccessCommand = IssueEvidenceKey | MakeLink | NoteInstallation | ConfirmRotation
AccessEvent = EvidenceKeyIssued | LinkMade | InstallationNoted | PasswordsRotated


def decide(command: AccessCommand, case: Mentorship) -> Sequence[Event]:
    """What follows. Raises ``Refused`` for a case that is closed."""
    _still_open: Library = case.running
    match command:
        case IssueEvidenceKey(digest=digest):
            return [] if digest == case.evidence_key else [EvidenceKeyIssued(digest, command.by)]
        case MakeLink(digest=digest):
            return [] if digest in case.links else [LinkMade(digest, command.expires, command.by)]
        case NoteInstallation(version=version, host=host):
            return [] if case.installation == (version, host) else [InstallationNoted(version, host, command.by)]
        case ConfirmRotation(passwords=passwords):
            fresh = tuple(sorted(set(passwords)))
            return [PasswordsRotated(fresh, command.by)] if fresh else []
        case _:
            assert_never(command)


def evolve(case: Mentorship, event: AccessEvent) -> Mentorship:
    """The case after an event."""
    match event:
        case EvidenceKeyIssued(digest=digest):
            return replace(case, evidence_key=digest)
        case LinkMade(digest=digest, expires=expires):
            return replace(case, links={**case.links, digest: expires})
        case InstallationNoted(version=version, host=host):
            return replace(case, installation=(version, host))
        case PasswordsRotated():
            return case
        case _:
            assert_never(event)
