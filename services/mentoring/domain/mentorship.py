"""The mentorship as one aggregate. The neighbouring modules hold the rules by subject.

One stream holds all evidence, blockers and proposals for *lancar*. So two people who act at the same moment cannot bring about
*lancar* together where each alone is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from services.kernel.base.message import Event
from services.kernel.base.problem import NotFound
from services.kernel.commands.decider import Decider
from services.mentoring.domain import access, evidence, opening, smooth, stages
from services.mentoring.domain.case import Mentorship

MentorshipCommand = (
    opening.OpenMentorship
    | opening.TeamCommand
    | stages.StageCommand
    | evidence.EvidenceCommand
    | smooth.SmoothCommand
    | access.AccessCommand
)
MentorshipEvent = (
    opening.MentorshipOpened
    | opening.TeamEvent
    | stages.StageEvent
    | evidence.EvidenceEvent
    | smooth.SmoothEvent
    | access.AccessEvent
)


def decide(command: MentorshipCommand, case: Mentorship | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for a case that was never opened."""
    if isinstance(command, opening.OpenMentorship):
        return opening.open_case(command, case)
    if case is None:
        raise NotFound
    match command:
        case opening.AssignMentor() | opening.ReleaseMentor() | opening.CloseMentorship():
            return opening.decide(command, case)
        case stages.AssessReadiness() | stages.DesignatePilot() | stages.PassStage() | stages.GoLive():
            return stages.decide(command, case)
        case evidence.RecordLoans() | evidence.RecordBackup() | evidence.CloseWeek():
            return evidence.decide(command, case)
        case (
            smooth.RaiseBlocker()
            | smooth.ClearBlocker()
            | smooth.ProposeSmooth()
            | smooth.ConfirmSmooth()
            | smooth.ReportRegression()
        ):
            return smooth.decide(command, case)
        case access.IssueEvidenceKey() | access.MakeLink() | access.NoteInstallation() | access.ConfirmRotation():
            return access.decide(command, case)
        case _:
            assert_never(command)


def evolve(case: Mentorship | None, event: MentorshipEvent) -> Mentorship:
    """The case after an event."""
    if isinstance(event, opening.MentorshipOpened):
        return opening.opened(event)
    assert case is not None  # a case's first event is MentorshipOpened
    match event:
        case opening.MentorAssigned() | opening.MentorReleased() | opening.MentorshipClosed():
            return opening.evolve(case, event)
        case stages.ReadinessAssessed() | stages.PilotDesignated() | stages.StagePassed() | stages.LibraryLive():
            return stages.evolve(case, event)
        case evidence.LoansCounted() | evidence.BackupReported() | evidence.WeekMissed():
            return evidence.evolve(case, event)
        case (
            smooth.BlockerRaised()
            | smooth.BlockerCleared()
            | smooth.SmoothProposed()
            | smooth.LibrarySmooth()
            | smooth.LibraryRegressed()
        ):
            return smooth.evolve(case, event)
        case access.EvidenceKeyIssued() | access.LinkMade() | access.InstallationNoted() | access.PasswordsRotated():
            return access.evolve(case, event)
        case _:
            assert_never(event)


MENTORSHIP: Decider[Mentorship | None] = Decider("mentorship", None, decide, evolve)
