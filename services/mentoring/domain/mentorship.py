"""The mentorship as one aggregate: its rules stand by subject in the modules beside this one.

Everything that *lancar* depends on is in one stream, so that no two who act at the same moment can bring it about
together where neither could alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from services.kernel.base.message import Event
from services.kernel.commands.decider import Decider
from services.mentoring.domain import access, evidence, opening, pilot, progress, readiness, smooth
from services.mentoring.domain.case import Mentorship

MentorshipCommand = (
    opening.OpeningCommand
    | readiness.AssessReadiness
    | pilot.DesignatePilot
    | progress.ProgressCommand
    | evidence.EvidenceCommand
    | smooth.SmoothCommand
    | access.AccessCommand
)
MentorshipEvent = (
    opening.OpeningEvent
    | readiness.ReadinessAssessed
    | pilot.PilotDesignated
    | progress.ProgressEvent
    | evidence.EvidenceEvent
    | smooth.SmoothEvent
    | access.AccessEvent
)


def decide(command: MentorshipCommand, case: Mentorship) -> Sequence[Event]:
    """What follows. Raises ``Refused``, and ``NotFound`` for what was never opened."""
    match command:
        case opening.OpenMentorship() | opening.AssignMentor() | opening.ReleaseMentor() | opening.CloseMentorship():
            return opening.decide(command, case)
        case readiness.AssessReadiness():
            return readiness.decide(command, case)
        case pilot.DesignatePilot():
            return pilot.decide(command, case)
        case progress.PassStage() | progress.GoLive():
            return progress.decide(command, case)
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


def evolve(case: Mentorship, event: MentorshipEvent) -> Mentorship:
    """The case after an event."""
    match event:
        case (
            opening.MentorshipOpened()
            | opening.MentorAssigned()
            | opening.MentorReleased()
            | opening.MentorshipClosed()
        ):
            return opening.evolve(case, event)
        case readiness.ReadinessAssessed():
            return readiness.evolve(case, event)
        case pilot.PilotDesignated():
            return pilot.evolve(case, event)
        case progress.StagePassed() | progress.LibraryLive():
            return progress.evolve(case, event)
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


MENTORSHIP: Decider[Mentorship] = Decider("mentorship", Mentorship(), decide, evolve)
