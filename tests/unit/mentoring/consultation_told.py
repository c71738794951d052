"""One of each event of a consultation, and the fact that it tells."""

from datetime import UTC, datetime

from services.kernel.base.message import Event
from services.mentoring.domain import consultation_messages as messages

REGION = "kota-kediri"
LATER = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
ASKED = messages.ConsultationAsked(
    "ani", REGION, "How do I back up?", "library-1", None, "sealed", "web", "rani", "region", "region", LATER, 1
)
TOLD: list[tuple[str, Event, str | None]] = [
    ("consultation-c", ASKED, "consultation-asked"),
    (
        "consultation-c",
        messages.ConsultationAssigned("ani", REGION, "nina", "region", "handover"),
        "consultation-assigned",
    ),
    ("consultation-c", messages.ConsultationAssigned("ani", REGION, None, "board", "board"), None),
    (
        "consultation-c",
        messages.ConsultationAnswered("ani", REGION, 1, "rani", "sealed", True),
        "consultation-answered",
    ),
    ("consultation-c", messages.AnswerPublished(1, REGION), None),
    ("consultation-c", messages.NoteTaken("rani", "sealed"), None),
    ("consultation-c", messages.ConsultationHeld(REGION, LATER, LATER, 1), None),
    ("consultation-c", messages.ConsultationResolved("ani", REGION, "ani"), "consultation-resolved"),
    ("consultation-c", messages.ConsultationRated(REGION, 4), None),
    (
        "consultation-c",
        messages.ConsultationReopened("ani", REGION, "rani", "region", "region", "sealed", LATER, 1),
        "consultation-reopened",
    ),
    ("consultation-c", messages.TroubleShared("budi", REGION), None),
    (
        "consultation-c",
        messages.ConsultationPromoted("ani", REGION, "library-1", "mentorship-1", "rani"),
        "consultation-promoted",
    ),
    ("consultation-c", messages.ResponseTargetMissed(REGION, "rani", LATER), None),
    ("consultation-c", messages.ConsultationEscalated(REGION, "rani", "koko"), "consultation-escalated"),
]
