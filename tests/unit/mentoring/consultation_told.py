"""One of each event of a consultation, and the fact that it tells."""

from datetime import UTC, datetime

from services.kernel.base.message import Event
from services.mentoring.domain import consultation_acts as acts

REGION = "kota-kediri"
LATER = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
ASKED = acts.ConsultationAsked(
    "ani", REGION, "How do I back up?", "library-1", None, "sealed", "web", "rani", "region", "region", LATER, 1
)
TOLD: list[tuple[str, Event, str | None]] = [
    ("consultation-c", ASKED, "consultation-asked"),
    (
        "consultation-c",
        acts.ConsultationAssigned("ani", REGION, "nina", "region", "handover"),
        "consultation-assigned",
    ),
    ("consultation-c", acts.ConsultationAssigned("ani", REGION, None, "board", "board"), None),
    ("consultation-c", acts.ConsultationAnswered("ani", REGION, 1, "rani", "sealed", True), "consultation-answered"),
    ("consultation-c", acts.AnswerPublished(1, REGION), None),
    ("consultation-c", acts.NoteTaken("rani", "sealed"), None),
    ("consultation-c", acts.ConsultationHeld(REGION, LATER, LATER, 1), None),
    ("consultation-c", acts.ConsultationResolved("ani", REGION, "ani"), "consultation-resolved"),
    ("consultation-c", acts.ConsultationRated(REGION, 4), None),
    (
        "consultation-c",
        acts.ConsultationReopened("ani", REGION, "rani", "region", "region", "sealed", LATER, 1),
        "consultation-reopened",
    ),
    ("consultation-c", acts.TroubleShared("budi", REGION), None),
    (
        "consultation-c",
        acts.ConsultationPromoted("ani", REGION, "library-1", "mentorship-1", "rani"),
        "consultation-promoted",
    ),
    ("consultation-c", acts.ResponseTargetMissed(REGION, "rani", LATER), None),
    ("consultation-c", acts.ConsultationEscalated(REGION, "rani", "koko"), "consultation-escalated"),
]
