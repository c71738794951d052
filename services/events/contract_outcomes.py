"""What comes of an activity, told to the others: problems, materials and certificates; a part of ``contract``.

Neither a problem's words nor who said it leave the service, nor a material that only participants may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from services.events.domain.certificate import CertificateIssued, CertificateRevoked
from services.events.domain.material import PUBLIC, MaterialPublished, MaterialWithdrawn
from services.events.domain.problem import ProblemBecameTopic, ProblemCaptured, ProblemMerged, ProblemShared
from services.kernel.message import Event

EVENTS: tuple[type[Event], ...] = (
    *(ProblemCaptured, ProblemShared, ProblemMerged, ProblemBecameTopic),
    *(MaterialPublished, MaterialWithdrawn),
    *(CertificateIssued, CertificateRevoked),
)


def _id(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


_CERTIFICATE: Mapping[str, Any] = {
    "certificate": _id(),
    "activity": _id(),
    "person": _id(allow_none=True),
    "guest": _id(allow_none=True),
}
SHAPES: Mapping[str, Mapping[str, Any]] = {
    "problem-captured": {"activity": _id(), "problem": _id()},
    "problem-became-topic": {"activity": _id(), "problem": _id(), "topic": _id()},
    "material-published": {"activity": _id(), "material": _id(), "title": _id(), "url": _id(allow_none=True)},
    "certificate-issued": _CERTIFICATE,
    "certificate-revoked": _CERTIFICATE,
}


def told(subject: str, event: Event) -> tuple[str, str | None, dict[str, Any]] | None:
    """Fact, region and data of an event; None for one that concerns nobody outside."""
    match event:
        case ProblemCaptured(problem=problem):
            return "problem-captured", event.region, {"activity": subject, "problem": problem}
        case ProblemBecameTopic(problem=problem, topic=topic):
            return "problem-became-topic", event.region, {"activity": subject, "problem": problem, "topic": topic}
        case MaterialPublished(sheet=sheet):
            url = sheet.url if sheet.visibility == PUBLIC else None
            data = {"activity": sheet.activity, "material": subject, "title": sheet.title, "url": url}
            return "material-published", sheet.region, data
        case CertificateIssued():
            return "certificate-issued", event.region, _certificate(subject, event)
        case CertificateRevoked():
            return "certificate-revoked", event.region, _certificate(subject, event)
    return None


def _certificate(activity: str, event: CertificateIssued | CertificateRevoked) -> dict[str, Any]:
    return {
        "certificate": event.certificate,
        "activity": activity,
        "person": None if event.guest else event.participant,
        "guest": event.participant if event.guest else None,
    }
