"""Certificates: for those who were there, by the rule that was in force when it began, and revocable.

One stream an activity, so nobody has two of one. The code that is printed on a certificate is in no event: only its
digest under a key that is outside the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from services.events.domain.activity import COMPLETED
from services.events.domain.plan import Plan
from services.events.domain.rules import CertificateRule
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

MINUTE = timedelta(minutes=1)
ROUNDING = 1e-9
"""Two thirds of three sessions are two, whatever the shares make of it in binary."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who was there. ``participant`` is the id that a certificate would be for, a guest's where ``guest``;
    ``known_as`` are all ids of that person, ``sessions`` those attended under any of them.
    """

    certificate: str
    participant: str
    guest: bool
    digest: str
    known_as: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IssueCertificates(Command):
    """``state`` is the activity's at this moment; ``rule`` is what was in force when it began."""

    present: tuple[Present, ...]
    plan: Plan
    state: str
    rule: CertificateRule


@dataclass(frozen=True, slots=True)
class RevokeCertificate(Command):
    """``reason`` is sealed under the holder's id; None where that is erased."""

    certificate: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class CertificateIssued(Event):
    """What the certificate says, as the activity was then. ``minutes`` is how much of it the holder attended:
    ``attended`` of ``sessions``, or the whole where there is no agenda.
    """

    certificate: str
    participant: str
    guest: bool
    digest: str
    title: str
    kind: str
    starts: datetime
    ends: datetime
    region: str
    sessions: int
    attended: int
    minutes: int
    rule: CertificateRule


@dataclass(frozen=True, slots=True)
class CertificateRevoked(Event):
    certificate: str
    participant: str
    guest: bool
    digest: str
    reason: str | None
    region: str


CertificateEvent = CertificateIssued | CertificateRevoked


@dataclass(frozen=True, slots=True)
class Certificates:
    """Those of one activity, by their ids."""

    issued: Mapping[str, CertificateIssued] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()

    @property
    def holders(self) -> frozenset[str]:
        """Whoever has one, or had."""
        return frozenset(each.participant for each in self.issued.values())


def enough(attended: int, sessions: int, rule: CertificateRule) -> bool:
    """Whether that much of an agenda earns a certificate; without an agenda, having been there does."""
    return attended + ROUNDING >= rule.minimum * sessions


def decide(command: IssueCertificates | RevokeCertificate, certificates: Certificates) -> Sequence[Event]:
    """What follows; whoever has one gets no other. Raises ``Refused``, ``NotFound`` for a certificate that is none."""
    match command:
        case IssueCertificates():
            if command.state != COMPLETED:
                raise Refused("not-completed-yet", "Complete the activity first: until then people are still recorded.")
            return _issued(command, certificates)
        case RevokeCertificate(certificate=identity, reason=reason):
            standing = certificates.issued.get(identity)
            if standing is None:
                raise NotFound
            if identity in certificates.revoked:
                return []
            who = (standing.participant, standing.guest, standing.digest)
            return [CertificateRevoked(identity, *who, reason, standing.region)]
        case _:
            assert_never(command)


def evolve(certificates: Certificates, event: CertificateEvent) -> Certificates:
    """The certificates after an event."""
    match event:
        case CertificateIssued():
            return replace(certificates, issued={**certificates.issued, event.certificate: event})
        case CertificateRevoked(certificate=identity):
            return replace(certificates, revoked=certificates.revoked | {identity})
        case _:
            assert_never(event)


CERTIFICATES: Decider[Certificates] = Decider("certificates", Certificates(), decide, evolve)


def _issued(command: IssueCertificates, certificates: Certificates) -> Sequence[CertificateIssued]:
    plan, agenda = command.plan, {session.id: session for session in command.plan.sessions}
    have = set(certificates.holders)
    issued = []
    for present in command.present:
        attended = [agenda[name] for name in sorted(present.sessions) if name in agenda]
        if have & {present.participant, *present.known_as} or not enough(len(attended), len(agenda), command.rule):
            continue
        have |= {present.participant, *present.known_as}
        spans = [session.ends - session.starts for session in attended] if agenda else [plan.ends - plan.starts]
        minutes = sum(span // MINUTE for span in spans)
        issued.append(
            CertificateIssued(
                certificate=present.certificate,
                participant=present.participant,
                guest=present.guest,
                digest=present.digest,
                title=plan.title,
                kind=plan.kind,
                starts=plan.starts,
                ends=plan.ends,
                region=plan.region,
                sessions=len(agenda),
                attended=len(attended),
                minutes=minutes,
                rule=command.rule,
            )
        )
    return issued
