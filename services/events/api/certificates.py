"""Certificates: issue, list, verify by code, and revoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from services.events.dependencies import PLAN, CurrentActivity, Dependencies
from services.events.domain.attendance import ATTENDANCE, Attendance
from services.events.domain.certificate import (
    CERTIFICATES,
    CertificateIssued,
    IssueCertificates,
    Present,
    RevokeCertificate,
)
from services.events.views.certificates import CERTIFICATE_LIST, CertificateRow
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Event
from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity, Listing, fill, up_to
from services.kernel.privacy.vault import Erased

routes = Routes()


@dataclass(frozen=True)
class CertificateFilter:
    activity: Annotated[Identity | None, Described("only certificates of this activity")] = None


@dataclass(frozen=True)
class WhyRevoked:
    reason: Annotated[str, up_to(500)]


@dataclass(frozen=True)
class Issued:
    activity: str
    issued: Annotated[int, Described("how many are new")]
    rules: Annotated[int, Described("the version of the rules that they were issued under")]


@dataclass(frozen=True)
class RevocationShown:
    at: str
    reason: str | None


@dataclass(frozen=True)
class Revoked:
    activity: str
    valid: bool


@dataclass(frozen=True)
class CertificateShown:
    """The public part of a certificate, for everybody with the code: no name."""

    valid: bool
    revoked: RevocationShown | None
    activity: str
    title: str
    kind: str
    starts: str
    ends: str
    hours: float
    sessions: Annotated[int, Described("of the agenda; 0 without one")]
    attended: Annotated[int, Described("of these sessions")]
    rules: int
    issued: str


@dataclass(frozen=True)
class OwnCertificate(CertificateShown):
    code: str
    participant: str
    guest: bool


class CertificateList(Listing[OwnCertificate]):
    pass


@routes.post("/v1/activities/{activity}/certificates", statuses=(201, 403, 404, 422))
def issue_certificates(deps: Dependencies, request: Request) -> Answer[Issued]:
    """Issue certificates to everybody who attended, by the rule in force when the activity began.

    Needs ``activities.plan`` in the region. May be repeated; only people without a certificate of the activity get one.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    rule = deps.certificate_rule(current.plan.starts)
    command = IssueCertificates(_present(deps, current), current.plan, current.activity.state, rule)

    def issued(_state: object, events: Sequence[Event]) -> Issued:
        new = sum(isinstance(event, CertificateIssued) for event in events)
        return Issued(current.identity, new, rule.version)

    return request.outcome(CERTIFICATES, current.identity, command, issued)


@routes.post("/v1/certificates/{code}/revocation", statuses=(200, 403, 404))
def revoke_certificate(deps: Dependencies, request: Request[WhyRevoked]) -> Answer[Revoked]:
    """Revoke a certificate and give the reason.

    Needs ``activities.plan`` in the region. Whoever verifies the certificate from now on sees that it is revoked, and
    reads the reason.
    """
    request.actor.require_person()
    row = _certificate_of(deps, request.path["code"])
    request.actor.require(PLAN, row.region)
    command = RevokeCertificate(row.certificate, _sealed(deps, row.participant, request.body.reason))
    return request.outcome(CERTIFICATES, row.activity, command, lambda *_: Revoked(row.activity, valid=False))


@routes.get("/v1/certificates/{code}", statuses=(200, 404))
def verify_certificate(deps: Dependencies, request: Request) -> Answer[CertificateShown]:
    """Verify a certificate by its code.

    Open to everybody; no login. Says whether the certificate is valid, and why if it was revoked.
    """
    row = _certificate_of(deps, request.path["code"])
    return Answer(certificate_shown(deps, row), headers={"Cache-Control": "no-store"})


@routes.get("/v1/certificates")
def list_certificates(deps: Dependencies, request: Request[None, CertificateFilter]) -> Answer[CertificateList]:
    """List the caller's own certificates, or all certificates of an activity.

    All certificates of an ``activity`` are listed only for callers with ``activities.plan`` in its region.
    """
    person, activity = request.actor.require_person(), request.query.activity
    if activity is not None and request.actor.may(PLAN, deps.activity(activity, request.actor).plan.region):
        rows = list(deps.views.all(CERTIFICATE_LIST, {"activity": activity}))
    else:
        rows = [
            row
            for participant in sorted(deps.ids_of_person(person))
            for row in deps.views.all(CERTIFICATE_LIST, {"participant": participant})
            if activity in {None, row.activity}
        ]
    rows.sort(key=lambda row: (row.starts, row.certificate))
    return Answer(CertificateList(tuple(own_certificate(deps, row) for row in rows)))


def _present(deps: Dependencies, current: CurrentActivity) -> tuple[Present, ...]:
    """Everybody who was at the activity; a guest who is known to be a member counts as that member."""
    there, _ = deps.commands.state(ATTENDANCE, current.identity)
    holders: dict[str, set[str]] = {person: {person} for person in there.persons}
    for guest in there.guests:
        holders.setdefault(deps.person_behind(guest), set()).add(guest)
    return tuple(
        _holder(deps, current, participant, frozenset(known_as), there)
        for participant, known_as in sorted(holders.items())
    )


def _holder(
    deps: Dependencies, current: CurrentActivity, participant: str, known_as: frozenset[str], there: Attendance
) -> Present:
    certificate = derived_id("certificate", current.identity, participant)
    return Present(
        certificate=certificate,
        participant=participant,
        guest=participant in there.guests,
        digest=deps.certificate_codes.digest(deps.certificate_codes.code(certificate)),
        known_as=known_as,
        sessions=frozenset(session for session, who in there.sessions.items() if not who.isdisjoint(known_as)),
    )


def _certificate_of(deps: Dependencies, code: str) -> CertificateRow:
    """The certificate with a code. Raises ``NotFound``."""
    row = deps.views.get(CERTIFICATE_LIST, deps.certificate_codes.digest(code))
    if row is None:
        raise NotFound
    return row


def _sealed(deps: Dependencies, participant: str, reason: str) -> str | None:
    try:
        return deps.vault.seal(participant, reason)
    except Erased:
        return None


def certificate_shown(deps: Dependencies, row: CertificateRow) -> CertificateShown:
    revoked = row.revoked and RevocationShown(row.revoked.at, deps.vault.open(row.participant, row.revoked.reason))
    return fill(
        CertificateShown,
        row,
        valid=revoked is None,
        revoked=revoked,
        hours=round(row.minutes / 60, 2),
        rules=row.rule.version,
    )


def own_certificate(deps: Dependencies, row: CertificateRow) -> OwnCertificate:
    """The certificate with its code: for the holder, and for planners."""
    code = deps.certificate_codes.code(row.certificate)
    shown = certificate_shown(deps, row)
    return fill(OwnCertificate, shown, code=code, participant=row.participant, guest=row.guest)
