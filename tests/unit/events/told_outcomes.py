"""Events about what comes of an activity, each with the fact that it tells: a part of ``test_contract``."""

from services.events.domain import certificate, material, problem
from services.events.domain.rules import CertificateRule
from services.kernel.base.message import Event
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import WORKSHOP_PLAN

LINK = "https://contoh.id/ddc"
SHEET = material.Sheet("w", "DDC", LINK, "Ringkasan", "cc-by", "public", None, KEDIRI)
ISSUED = certificate.CertificateIssued(
    "c", "ani", False, "digest", WORKSHOP_PLAN.title, "workshop", WORKSHOP_PLAN.starts, WORKSHOP_PLAN.ends, KEDIRI,
    4, 3, 180, CertificateRule(2, 0.75),
)  # fmt: skip
TOLD: list[tuple[str, Event, str | None]] = [
    ("problems-w", problem.ProblemCaptured("p", "ani", "ani", "sealed", KEDIRI), "problem-captured"),
    ("problems-w", problem.ProblemCaptured("q", None, "w", "sealed", KEDIRI), "problem-captured"),
    ("problems-w", problem.ProblemShared("p", "budi"), None),
    ("problems-w", problem.ProblemMerged("q", "p", (), 1), None),
    (
        "problems-w",
        problem.ProblemBecameTopic("p", "t", "Barcode", "member", ("ani", "budi"), "sealed", KEDIRI),
        "problem-became-topic",
    ),
    ("material-m", material.MaterialPublished(SHEET), "material-published"),
    ("material-m", material.MaterialWithdrawn(), None),
    ("certificates-w", ISSUED, "certificate-issued"),
    (
        "certificates-w",
        certificate.CertificateRevoked("c", "ani", False, "digest", "sealed", KEDIRI),
        "certificate-revoked",
    ),
]
