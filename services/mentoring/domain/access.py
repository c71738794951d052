"""The key of the library's own server, links to the library's progress, the installation, and the passwords changed after a
person left. No event holds a secret or a password.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.mentoring.domain.case import Mentorship


@dataclass(frozen=True, slots=True)
class IssueEvidenceKey(Command):
    """``digest`` is the key's. The former key becomes worthless."""

    digest: str
    by: str


@dataclass(frozen=True, slots=True)
class MakeLink(Command):
    """``digest`` is the address's."""

    digest: str
    expires: datetime
    by: str


@dataclass(frozen=True, slots=True)
class NoteInstallation(Command):
    """``host`` is the kind of machine that the software runs on."""

    version: str
    host: str
    by: str


@dataclass(frozen=True, slots=True)
class ConfirmRotation(Command):
    """The passwords of that name were changed after a person left."""

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
    """``passwords`` names what the passwords open; the passwords themselves are kept nowhere."""

    passwords: tuple[str, ...]
    by: str


AccessCommand = IssueEvidenceKey | MakeLink | NoteInstallation | ConfirmRotation
AccessEvent = EvidenceKeyIssued | LinkMade | InstallationNoted | PasswordsRotated


def decide(command: AccessCommand, case: Mentorship) -> Sequence[Event]:
    """The resulting events. Raises ``Refused`` for a closed case."""
    case.require_open()
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
