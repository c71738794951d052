"""Certificates for participants, by the rule that was in force when the activity began; a certificate can be revoked.

One stream an activity, so nobody has two certificates of one activity. No event holds the code that is printed on a
certificate: events hold its digest, under a key that is outside the database.
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
    """A participant. The certificate would be for the id ``participant``, a guest's if ``guest``; ``known_as`` are all
    ids of the person, ``sessions`` the sessions attended under any of the ids.
    """

    certificate: str
    participant: str
    guest: bool
    digest: str
    known_as: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IssueCertificates(Command):
    """``state`` is the activity's as of now; ``rule`` was in force when the activity began."""

    present: tuple[Present, ...]
    plan: Plan
    state: str
    rule: CertificateRule


@dataclass(frozen=True, slots=True)
class RevokeCertificate(Command):
    """``reason`` is sealed under the holder's id; None where that id was erased."""

    certificate: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class CertificateIssued(Event):
    """The certificate's words, as the activity was then. ``minutes`` is how long the holder attended: ``attended`` of
    ``sessions``, or the whole activity without an agenda.
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
    """The certificates of one activity, by id."""

    issued: Mapping[str, CertificateIssued] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()

    @property
    def holders(self) -> frozenset[str]:
        """All participants with a certificate, revoked or not."""
        return frozenset(each.participant for each in self.issued.values())


def enough(attended: int, sessions: int, rule: CertificateRule) -> bool:
    """Whether ``attended`` sessions earn a certificate; without an agenda, attendance earns a certificate."""
    return attended + ROUNDING >= rule.minimum * sessions


def decide(command: IssueCertificates | RevokeCertificate, certificates: Certificates) -> Sequence[Event]:
    """The resulting events; a holder gets no second certificate. Raises ``Refused``, and ``NotFound`` for an unknown
    certificate.
    """
    match command:
        case IssueCertificates():
            if command.state != COMPLETED:
                raise Refused(
                    "not-completed-yet", "Complete the activity first; until then its attendance can still change."
                )
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
