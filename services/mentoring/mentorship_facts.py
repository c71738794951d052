"""The half of the contract that is about accompanying a library: which event becomes which fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf

from services.kernel.message import Event, Recorded
from services.mentoring.domain import access, evidence, opening, pilot, progress, readiness, report, smooth, visit
from services.mentoring.domain.case import Library
from services.mentoring.domain.probation import MEASURED, STATED
from services.mentoring.domain.weeks import monday_of, name_of

EVENTS: tuple[type[Event], ...] = (
    *(opening.MentorshipOpened, opening.MentorAssigned, opening.MentorReleased, opening.MentorshipClosed),
    *(readiness.ReadinessAssessed, pilot.PilotDesignated, progress.StagePassed, progress.LibraryLive),
    *(evidence.LoansCounted, evidence.BackupReported, evidence.WeekMissed),
    *(
        smooth.BlockerRaised,
        smooth.BlockerCleared,
        smooth.SmoothProposed,
        smooth.LibrarySmooth,
        smooth.LibraryRegressed,
    ),
    *(access.EvidenceKeyIssued, access.LinkMade, access.InstallationNoted, access.PasswordsRotated),
    *(visit.VisitLogged, report.ReportReleased),
)
"""All events of mentorships, their visits and reports."""


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _texts() -> fields.List:
    return fields.List(fields.String(), required=True)


def _count() -> fields.Integer:
    return fields.Integer(required=True, strict=True)


_CASE = {"mentorship": _text(), "library": _text()}
SHAPES: Mapping[str, Mapping[str, Any]] = {
    "mentorship-opened": _CASE,
    "mentor-assigned": {**_CASE, "mentor": _text()},
    "readiness-assessed": {**_CASE, "score": _count(), "missing": _texts()},
    "library-piloted": {**_CASE, "rules": _count()},
    "stage-passed": {**_CASE, "stage": _text(), "template": _text()},
    "visit-logged": {
        **_CASE,
        "visit": _text(),
        "by": _text(),
        "minutes": _count(),
        "mode": _text(),
        "staff": _texts(),
        "units": _texts(),
    },
    "library-live": _CASE,
    "evidence-recorded": {
        **_CASE,
        "kind": _text(validate=OneOf(["loans", "backup"])),
        "week": _text(),
        "source": _text(validate=OneOf([STATED, MEASURED])),
    },
    "blocker-raised": {**_CASE, "blocker": _text()},
    "blocker-cleared": {**_CASE, "blocker": _text()},
    "library-smooth-proposed": {**_CASE, "by": _text()},
    "library-smooth": _CASE,
    "library-regressed": _CASE,
    "mentorship-closed": {**_CASE, "why": _text()},
    "report-released": {"library": _text(), "report": _text()},
}
"""Each fact's type and the fields of its data."""


Told = tuple[str, str, dict[str, Any]]
Half = tuple[str, Library, dict[str, Any]]


def told(recorded: Recorded) -> Told | None:
    """Type, region and data of the fact that an event tells; None for most of what concerns only the case itself."""
    event, mentorship = recorded.event, recorded.stream_id
    match event:
        case visit.VisitLogged():
            mentorship = event.mentorship
            made = {"visit": recorded.stream_id, "by": event.visitor, "minutes": event.minutes, "mode": event.mode}
            half: Half | None = (
                "visit-logged",
                event.library,
                {**made, "staff": list(event.staff), "units": list(event.units)},
            )
        case report.ReportReleased(library=library):
            return "report-released", library.region, {"library": library.id, "report": recorded.stream_id}
        case _:
            half = _of_life(event) or _of_evidence(event) or _of_smooth(event)
    if half is None:
        return None
    kind, library, data = half
    return kind, library.region, {"mentorship": mentorship, "library": library.id, **data}


def _of_life(event: Event) -> Half | None:
    match event:
        case opening.MentorshipOpened():
            return "mentorship-opened", event.library, {}
        case opening.MentorAssigned():
            return "mentor-assigned", event.library, {"mentor": event.mentor}
        case opening.MentorshipClosed():
            return "mentorship-closed", event.library, {"why": event.why}
        case readiness.ReadinessAssessed():
            return "readiness-assessed", event.library, {"score": event.score, "missing": list(event.missing)}
        case pilot.PilotDesignated():
            return "library-piloted", event.library, {"rules": event.rules.version}
        case progress.StagePassed():
            return "stage-passed", event.library, {"stage": event.stage, "template": event.template}
        case progress.LibraryLive():
            return "library-live", event.library, {}
    return None


def _of_evidence(event: Event) -> Half | None:
    match event:
        case evidence.LoansCounted():
            return (
                "evidence-recorded",
                event.library,
                {"kind": "loans", "week": name_of(event.week), "source": event.source},
            )
        case evidence.BackupReported(made=made):
            week = name_of(monday_of(made))
            return "evidence-recorded", event.library, {"kind": "backup", "week": week, "source": event.source}
    return None


def _of_smooth(event: Event) -> Half | None:
    match event:
        case smooth.BlockerRaised():
            return "blocker-raised", event.library, {"blocker": event.blocker}
        case smooth.BlockerCleared():
            return "blocker-cleared", event.library, {"blocker": event.blocker}
        case smooth.SmoothProposed():
            return "library-smooth-proposed", event.library, {"by": event.by}
        case smooth.LibrarySmooth():
            return "library-smooth", event.library, {}
        case smooth.LibraryRegressed():
            return "library-regressed", event.library, {}
    return None
