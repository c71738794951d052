"""Libraries with staff and mentors, and consultations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from services.heard.members import LibraryRegistered
from services.kernel.declare.process import Dispatch
from services.notifications.domain.message import Kind
from services.notifications.processes.audiences.row import (
    Heard,
    Hears,
    OfConsultation,
    OfLibrary,
    consultation,
    library,
    narrowest_first,
    region,
)
from services.notifications.processes.audiences.state import AudienceState, Library
from services.notifications.processes.people import added, removed

CONSULTATION_WORTH = timedelta(days=14)
MENTORING_WORTH = timedelta(days=30)

_library_and_region = narrowest_first(library, region)


@dataclass(frozen=True)
class AffiliationChanged:
    """A person has begun or ended to work in a library."""

    library: str
    person: str


@dataclass(frozen=True)
class ConsultationAsked:
    consultation: str
    title: str
    owner: str | None = None


@dataclass(frozen=True)
class ConsultationAssigned:
    consultation: str
    owner: str
    why: str = ""


@dataclass(frozen=True)
class ConsultationReopened:
    consultation: str
    owner: str | None


@dataclass(frozen=True)
class ConsultationAnswered:
    """``by`` wrote the answer."""

    consultation: str
    asker: str
    by: str


@dataclass(frozen=True)
class ConsultationResolved:
    consultation: str
    asker: str


@dataclass(frozen=True)
class ConsultationEscalated:
    """``to`` is the new owner."""

    consultation: str
    to: str | None


@dataclass(frozen=True)
class MentorAssigned:
    library: str
    mentor: str


@dataclass(frozen=True)
class LibraryStageChanged:
    """A library has become smooth, or has regressed."""

    library: str


ConsultationT = TypeVar("ConsultationT", bound=OfConsultation)
LibraryT = TypeVar("LibraryT", bound=OfLibrary)


def _learn_library(state: AudienceState, heard: Heard[LibraryRegistered]) -> AudienceState:
    known = Library(heard.data.name, heard.data.level)
    return replace(state, libraries={**state.libraries, heard.data.library: known})


def _learn_staff(state: AudienceState, heard: Heard[AffiliationChanged]) -> AudienceState:
    where = heard.data.library
    return replace(state, staff={**state.staff, where: added(state.staff.get(where, ()), heard.data.person)})


def _learn_staff_left(state: AudienceState, heard: Heard[AffiliationChanged]) -> AudienceState:
    where = heard.data.library
    return replace(state, staff={**state.staff, where: removed(state.staff.get(where, ()), heard.data.person)})


def _learn_mentor(state: AudienceState, heard: Heard[MentorAssigned]) -> AudienceState:
    return replace(state, mentor=heard.data.mentor)


def _learn_consultation(state: AudienceState, heard: Heard[ConsultationAsked]) -> AudienceState:
    return replace(state, title=heard.data.title, owner=heard.data.owner)


def _learn_owner(state: AudienceState, heard: Heard[ConsultationAssigned]) -> AudienceState:
    return replace(state, owner=heard.data.owner)


def _learn_escalation(state: AudienceState, heard: Heard[ConsultationEscalated]) -> AudienceState:
    return replace(state, owner=heard.data.to)


def _assigned_owner(_state: AudienceState, heard: Heard[ConsultationAssigned]) -> Sequence[str | None]:
    # The person to whom a silence was escalated is told of the escalation instead.
    return [] if heard.data.why == "escalation" else [heard.data.owner]


def _reopened_owner(_state: AudienceState, heard: Heard[ConsultationReopened]) -> Sequence[str | None]:
    return [heard.data.owner]


def _escalated_to(_state: AudienceState, heard: Heard[ConsultationEscalated]) -> Sequence[str | None]:
    return [heard.data.to]


def _asker(_state: AudienceState, heard: Heard[ConsultationResolved]) -> Sequence[str | None]:
    return [heard.data.asker]


def _reader_of_answer(state: AudienceState, heard: Heard[ConsultationAnswered]) -> Sequence[str | None]:
    """The owner, if the asker has answered; else the asker."""
    return [state.owner] if heard.data.by == heard.data.asker else [heard.data.asker]


def _assigned_mentor(_state: AudienceState, heard: Heard[MentorAssigned]) -> Sequence[str | None]:
    return [heard.data.mentor]


def _present_mentor(state: AudienceState, _heard: Heard[LibraryStageChanged]) -> Sequence[str | None]:
    return [state.mentor]


def _staff_mentor_and_members(state: AudienceState, heard: Heard[LibraryStageChanged]) -> Sequence[str | None]:
    """A library's audience holds staff and mentor, a region's holds members: each tells the people it holds."""
    return [*state.staff.get(heard.data.library, ()), state.mentor, *state.members]


def _tell_of_consultation(
    kind: Kind, people: Callable[[AudienceState, Heard[ConsultationT]], Sequence[str | None]]
) -> Callable[[AudienceState, Heard[ConsultationT]], list[Dispatch]]:
    """Tells the people of ``people(state, heard)``; None stands for no person."""

    def tell(state: AudienceState, heard: Heard[ConsultationT]) -> list[Dispatch]:
        told = [each for each in people(state, heard) if each]
        words = {"title": state.title or heard.data.consultation}
        return heard.occasion().messages(kind, told, heard.at + CONSULTATION_WORTH, words)

    return tell


def _tell_of_library(
    kind: Kind, people: Callable[[AudienceState, Heard[LibraryT]], Sequence[str | None]]
) -> Callable[[AudienceState, Heard[LibraryT]], list[Dispatch]]:
    """Tells the people of ``people(state, heard)``; None stands for no person."""

    def tell(state: AudienceState, heard: Heard[LibraryT]) -> list[Dispatch]:
        told = [each for each in people(state, heard) if each]
        known = state.libraries.get(heard.data.library)
        words = {"library_name": (known.name if known else "") or heard.data.library}
        # The library's and the region's audience both tell, and may begin with the same person.
        return heard.occasion().messages(kind, told, heard.at + MENTORING_WORTH, words, shared=True)

    return tell


ACCOMPANYING = (
    Hears(LibraryRegistered, "members.library-registered", concerns=_library_and_region, learns=_learn_library),
    Hears(AffiliationChanged, "members.affiliation-started", concerns=_library_and_region, learns=_learn_staff),
    Hears(AffiliationChanged, "members.affiliation-ended", concerns=_library_and_region, learns=_learn_staff_left),
    Hears(ConsultationAsked, "mentoring.consultation-asked", concerns=consultation, learns=_learn_consultation),
    Hears(
        ConsultationAssigned,
        "mentoring.consultation-assigned",
        concerns=consultation,
        learns=_learn_owner,
        tells=_tell_of_consultation(Kind.CONSULTATION_ASSIGNED, _assigned_owner),
    ),
    Hears(
        ConsultationReopened,
        "mentoring.consultation-reopened",
        concerns=consultation,
        tells=_tell_of_consultation(Kind.CONSULTATION_ASSIGNED, _reopened_owner),
    ),
    Hears(
        ConsultationAnswered,
        "mentoring.consultation-answered",
        concerns=consultation,
        tells=_tell_of_consultation(Kind.CONSULTATION_ANSWERED, _reader_of_answer),
    ),
    Hears(
        ConsultationResolved,
        "mentoring.consultation-resolved",
        concerns=consultation,
        tells=_tell_of_consultation(Kind.CONSULTATION_RESOLVED, _asker),
    ),
    Hears(
        ConsultationEscalated,
        "mentoring.consultation-escalated",
        concerns=consultation,
        learns=_learn_escalation,
        tells=_tell_of_consultation(Kind.CONSULTATION_ESCALATED, _escalated_to),
    ),
    Hears(
        MentorAssigned,
        "mentoring.mentor-assigned",
        concerns=library,
        learns=_learn_mentor,
        tells=_tell_of_library(Kind.MENTOR_ASSIGNED, _assigned_mentor),
    ),
    Hears(
        LibraryStageChanged,
        "mentoring.library-smooth",
        concerns=_library_and_region,
        tells=_tell_of_library(Kind.LIBRARY_SMOOTH, _staff_mentor_and_members),
    ),
    Hears(
        LibraryStageChanged,
        "mentoring.library-regressed",
        concerns=library,
        tells=_tell_of_library(Kind.LIBRARY_REGRESSED, _present_mentor),
    ),
)
