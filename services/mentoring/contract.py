"""The facts of this service: each event's fact, and the fields of the fact.

A fact's fields are a promise: a field may join, and no field changes its meaning. People are ids: no fact holds a name, a
contact or free text about a person. Titles of consultations are public lines; all other texts stay here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from services.kernel.base.message import Event
from services.kernel.declare.facts import Contract, Made, Tells
from services.kernel.declare.process import DeadlinePassed
from services.mentoring.domain import (
    access,
    desk,
    evidence,
    opening,
    probation,
    report,
    smooth,
    stages,
    visit,
    weeks,
)
from services.mentoring.domain import consultation_messages as messages

E = TypeVar("E", bound=Event)
_LIBRARY = "library.id"
_REGION = "library.region"


def _of_case(
    event: type[E],
    fact: str,
    *fields: str,
    made: Mapping[str, Made[E]] | None = None,
    known: Mapping[str, Iterable[Any]] | None = None,
) -> Tells[E]:
    """A fact about a case, with the case's id (the stream's), its library and the library's region."""
    return Tells(
        event,
        fact,
        "mentorship",
        ("library", *fields),
        {"library": _LIBRARY, **(made or {})},
        known or {},
        region=_REGION,
    )


_EVIDENCE = {"kind": ("loans", "backup"), "source": (probation.STATED, probation.MEASURED)}
TOLD = (
    Tells(messages.ConsultationAsked, "consultation-asked", "consultation", ("asker", "library", "owner", "title")),
    # A consultation at a desk without a person has no owner yet, so no fact is told; the desk hands it over at once.
    Tells(
        messages.ConsultationAssigned,
        "consultation-assigned",
        "consultation",
        ("asker", "owner", "why"),
        {"owner": (str, "owner")},
        {"why": (desk.REGION, desk.STAND_IN, desk.BOARD, desk.HANDOVER, desk.ESCALATION, desk.HAND)},
        when=lambda event: event.owner is not None,
    ),
    Tells(messages.ConsultationAnswered, "consultation-answered", "consultation", ("asker", "by", "public")),
    Tells(messages.ConsultationResolved, "consultation-resolved", "consultation", ("asker",)),
    Tells(messages.ConsultationReopened, "consultation-reopened", "consultation", ("asker", "owner")),
    Tells(messages.ConsultationEscalated, "consultation-escalated", "consultation", ("owner", "to")),
    Tells(messages.ConsultationPromoted, "consultation-promoted", "consultation", ("mentorship", "library")),
    _of_case(opening.MentorshipOpened, "mentorship-opened"),
    _of_case(opening.MentorAssigned, "mentor-assigned", "mentor"),
    _of_case(stages.ReadinessAssessed, "readiness-assessed", "score", "missing"),
    _of_case(stages.PilotDesignated, "library-piloted", made={"rules": "rules.version"}),
    _of_case(stages.StagePassed, "stage-passed", "stage", "template"),
    Tells(
        visit.VisitLogged,
        "visit-logged",
        "visit",
        ("mentorship", "library", "visit", "by", "minutes", "mode", "staff", "units"),
        {"library": _LIBRARY, "by": "visitor"},
        region=_REGION,
    ),
    _of_case(stages.LibraryLive, "library-live"),
    _of_case(
        evidence.LoansCounted,
        "evidence-recorded",
        *("kind", "week", "source"),
        made={"kind": (str, lambda _: "loans"), "week": (str, lambda event: weeks.name_of(event.week))},
        known=_EVIDENCE,
    ),
    _of_case(
        evidence.BackupReported,
        "evidence-recorded",
        *("kind", "week", "source"),
        made={
            "kind": (str, lambda _: "backup"),
            "week": (str, lambda event: weeks.name_of(weeks.monday_of(event.made))),
        },
        known=_EVIDENCE,
    ),
    _of_case(smooth.BlockerRaised, "blocker-raised", "blocker"),
    _of_case(smooth.BlockerCleared, "blocker-cleared", "blocker"),
    _of_case(smooth.SmoothProposed, "library-smooth-proposed", "by"),
    _of_case(smooth.LibrarySmooth, "library-smooth"),
    _of_case(smooth.LibraryRegressed, "library-regressed"),
    _of_case(opening.MentorshipClosed, "mentorship-closed", "why"),
    Tells(
        report.ReportReleased,
        "report-released",
        "report",
        ("library", "report"),
        {"library": _LIBRARY},
        region=_REGION,
    ),
)
UNTOLD = (
    messages.AnswerPublished,
    messages.NoteTaken,
    messages.ConsultationHeld,
    messages.ConsultationRated,
    messages.TroubleShared,
    messages.ResponseTargetMissed,
    opening.MentorReleased,
    evidence.WeekMissed,
    access.EvidenceKeyIssued,
    access.LinkMade,
    access.InstallationNoted,
    access.PasswordsRotated,
    DeadlinePassed,
)
CONTRACT = Contract(*TOLD, untold=UNTOLD)
FACTS, REGISTRY, tell = CONTRACT.facts, CONTRACT.registry, CONTRACT.tell
