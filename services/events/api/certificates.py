"""Certificates: issue them, find one's own, verify one by its code, revoke one."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.events.domain.attendance import ATTENDANCE, Attendance
from services.events.domain.certificate import (
    CERTIFICATES,
    CertificateIssued,
    IssueCertificates,
    Present,
    RevokeCertificate,
)
from services.events.parts import PLAN, Parts, Standing
from services.events.views.certificates import CERTIFICATE_LIST
from services.kernel.base.ids import derived_id
from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity, line
from services.kernel.privacy.vault import Erased

routes = Routes()


class CertificateFilter(Schema):
    activity = identity(required=False, load_default=None)


class WhyRevoked(Schema):
    reason = line(longest=500)


class Issued(Schema):
    activity = fields.String()
    issued = fields.Integer(metadata={"description": "how many are new"})
    rules = fields.Integer(metadata={"description": "the version of the rules that they were issued under"})


class RevocationShown(Schema):
    at = fields.String()
    reason = fields.String(allow_none=True)


class Revoked(Schema):
    activity = fields.String()
    valid = fields.Boolean()


class CertificateShown(Schema):
    """What anybody may know who has the code: no name."""

    valid = fields.Boolean()
    revoked = fields.Nested(RevocationShown, allow_none=True)
    activity = fields.String()
    title = fields.String()
    kind = fields.String()
    starts = fields.String()
    ends = fields.String()
    hours = fields.Float()
    sessions = fields.Integer(metadata={"description": "of the agenda; 0 without one"})
    attended = fields.Integer(metadata={"description": "of these sessions"})
    rules = fields.Integer()
    issued = fields.String()


class OwnCertificate(CertificateShown):
    code = fields.String()
    participant = fields.String()
    guest = fields.Boolean()


class CertificateList(Schema):
    items = fields.List(fields.Nested(OwnCertificate))
    next = fields.String(allow_none=True)


@routes.post("/v1/activities/{activity}/certificates", answer=Issued(), statuses=(201, 403, 404, 422))
def issue_certificates(parts: Parts, request: Request) -> Answer:
    """For all who were there, by the rule that was in force when it began; again, for who is new."""
    standing = parts.planned(request.path["activity"], request.actor)
    rule = parts.certificate_rule(standing.plan.starts)
    command = IssueCertificates(_present(parts, standing), standing.plan, standing.activity.state, rule)

    def answer(_state: object, events: Any) -> dict[str, Any]:
        new = [event for event in events if isinstance(event, CertificateIssued)]
        return {"activity": standing.identity, "issued": len(new), "rules": rule.version}

    return recorded(request.take(CERTIFICATES, standing.identity, command, answer=answer), 201)


@routes.post("/v1/certificates/{code}/revocation", body=WhyRevoked(), answer=Revoked(), statuses=(200, 403, 404))
def revoke_certificate(parts: Parts, request: Request) -> Answer:
    """Revoke it, with a reason that whoever verifies it reads."""
    request.actor.require_person()
    document = _found(parts, request.path["code"])
    request.actor.require(PLAN, document["region"])
    command = RevokeCertificate(
        document["certificate"], _sealed(parts, document["participant"], request.body["reason"])
    )
    reply = {"activity": document["activity"], "valid": False}
    return recorded(request.take(CERTIFICATES, document["activity"], command, answer=lambda *_: reply))


@routes.get("/v1/certificates/{code}", answer=CertificateShown(), statuses=(200, 404))
def verify_certificate(parts: Parts, request: Request) -> Answer:
    """Whether a certificate is good, for whoever has its code."""
    return Answer(_shown(parts, _found(parts, request.path["code"])), headers={"Cache-Control": "no-store"})


@routes.get("/v1/certificates", query=CertificateFilter(), answer=CertificateList())
def list_certificates(parts: Parts, request: Request) -> Answer:
    """One's own, or, for planners, an activity's, with their codes."""
    person, activity = request.actor.require_person(), request.query["activity"]
    if activity is not None and request.actor.may(PLAN, parts.activity(activity, request.actor).plan.region):
        documents = list(parts.views.all(CERTIFICATE_LIST, {"activity": activity}))
    else:
        documents = [
            document
            for identity_ in sorted(parts.known_as(person))
            for document in parts.views.all(CERTIFICATE_LIST, {"participant": identity_})
            if activity in {None, document["activity"]}
        ]
    documents.sort(key=lambda document: (document["starts"], document["certificate"]))
    return Answer({"items": [_own(parts, document) for document in documents], "next": None})


def _present(parts: Parts, standing: Standing) -> tuple[Present, ...]:
    """Whoever was there, a guest who is known to be a member as that member."""
    there, _ = parts.commands.state(ATTENDANCE, standing.identity)
    holders: dict[str, set[str]] = {person: {person} for person in there.persons}
    for guest in there.guests:
        holders.setdefault(parts.person_behind(guest), set()).add(guest)
    return tuple(
        _holder(parts, standing, participant, frozenset(known_as), there)
        for participant, known_as in sorted(holders.items())
    )


def _holder(parts: Parts, standing: Standing, participant: str, known_as: frozenset[str], there: Attendance) -> Present:
    certificate = derived_id("certificate", standing.identity, participant)
    return Present(
        certificate=certificate,
        participant=participant,
        guest=participant in there.guests,
        digest=parts.certificate_codes.digest(parts.certificate_codes.code(certificate)),
        known_as=known_as,
        sessions=frozenset(session for session, who in there.sessions.items() if not who.isdisjoint(known_as)),
    )


def _found(parts: Parts, code: str) -> dict[str, Any]:
    document = parts.views.get(CERTIFICATE_LIST, parts.certificate_codes.digest(code))
    if document is None:
        raise NotFound
    return document


def _sealed(parts: Parts, participant: str, reason: str) -> str | None:
    try:
        return parts.vault.seal(participant, reason)
    except Erased:
        return None


def _shown(parts: Parts, document: dict[str, Any]) -> dict[str, Any]:
    revoked = document["revoked"]
    if revoked is not None:
        revoked = {"at": revoked["at"], "reason": parts.vault.open(document["participant"], revoked["reason"])}
    names = ("activity", "title", "kind", "starts", "ends", "sessions", "attended", "issued")
    return {
        "valid": revoked is None,
        "revoked": revoked,
        **{name: document[name] for name in names},
        "hours": round(document["minutes"] / 60, 2),
        "rules": document["rule"]["version"],
    }


def _own(parts: Parts, document: dict[str, Any]) -> dict[str, Any]:
    code = parts.certificate_codes.code(document["certificate"])
    return {
        "code": code,
        "participant": document["participant"],
        "guest": document["guest"],
        **_shown(parts, document),
    }
