"""Certificates, found by the digest of their code."""

from __future__ import annotations

from dataclasses import dataclass

from services.events.domain.certificate import CertificateIssued, CertificateRevoked
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View


@dataclass(frozen=True)
class RuleRow:
    """The version of the rules, and the share of the sessions that had to be attended."""

    version: int
    minimum: float


@dataclass(frozen=True)
class RevokedRow:
    """``reason`` is sealed under the participant's id, None where that id was erased."""

    at: str
    reason: str | None


@dataclass(frozen=True)
class CertificateRow:
    """``minutes`` is how long the holder attended: ``attended`` of ``sessions``, or the whole where there is no agenda."""

    digest: str
    certificate: str
    participant: str
    guest: bool
    activity: str
    title: str
    kind: str
    starts: str
    ends: str
    region: str
    sessions: int
    attended: int
    minutes: int
    rule: RuleRow
    issued: str
    revoked: RevokedRow | None


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case CertificateIssued() as event:
            return [Change.put(_issued(recorded, event))]
        case CertificateRevoked(digest=digest, reason=reason):
            return [Change(digest, {"revoked": RevokedRow(moment(recorded.at), reason)})]
    return []


def _issued(recorded: Recorded, event: CertificateIssued) -> CertificateRow:
    return CertificateRow(
        digest=event.digest,
        certificate=event.certificate,
        participant=event.participant,
        guest=event.guest,
        activity=recorded.stream_id,
        title=event.title,
        kind=event.kind,
        starts=moment(event.starts),
        ends=moment(event.ends),
        region=event.region,
        sessions=event.sessions,
        attended=event.attended,
        minutes=event.minutes,
        rule=RuleRow(event.rule.version, event.rule.minimum),
        issued=moment(recorded.at),
        revoked=None,
    )


CERTIFICATE_LIST = View(
    name="certificates",
    version=1,
    row=CertificateRow,
    apply=apply,
    indexes=([("participant", 1)], [("activity", 1)]),
)
