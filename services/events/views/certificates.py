"""Certificates. Key: the digest of the code.

``{certificate, participant, guest, activity, title, kind, starts, ends, region, sessions, attended, minutes, rule:
{version, minimum}, issued, revoked: {at, reason} | null}``; ``reason`` is sealed under the participant's id.
"""

from __future__ import annotations

from typing import Any

from services.events.domain.certificate import CertificateIssued, CertificateRevoked
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    match recorded.event:
        case CertificateIssued() as event:
            return [Change(event.digest, _issued(recorded, event))]
        case CertificateRevoked(digest=digest, reason=reason):
            return [Change(digest, {"revoked": {"at": moment(recorded.at), "reason": reason}})]
    return []


def _issued(recorded: Recorded, event: CertificateIssued) -> dict[str, Any]:
    return {
        "certificate": event.certificate,
        "participant": event.participant,
        "guest": event.guest,
        "activity": recorded.stream_id,
        "title": event.title,
        "kind": event.kind,
        "starts": moment(event.starts),
        "ends": moment(event.ends),
        "region": event.region,
        "sessions": event.sessions,
        "attended": event.attended,
        "minutes": event.minutes,
        "rule": {"version": event.rule.version, "minimum": event.rule.minimum},
        "issued": moment(recorded.at),
        "revoked": None,
    }


CERTIFICATE_LIST = View(name="certificates", version=1, apply=apply, indexes=([("participant", 1)], [("activity", 1)]))
