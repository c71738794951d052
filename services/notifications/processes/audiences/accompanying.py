"""Libraries, their staff and mentors, and consultations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from services.kernel.base.message import Fact
from services.kernel.declare.process import Issue
from services.notifications.domain.message import Kind
from services.notifications.processes.audiences.row import Hears, consultation, library, narrowest_first, region
from services.notifications.processes.audiences.state import AudienceState, Library
from services.notifications.processes.occasion import Occasion
from services.notifications.processes.stored_state import added, removed

CONSULTATION_WORTH = timedelta(days=14)
MENTORING_WORTH = timedelta(days=30)

People = Callable[[AudienceState, Fact], Sequence[str | None]]
"""Whom an audience tells; None stands for nobody."""


def _learn_library(state: AudienceState, fact: Fact) -> AudienceState:
    known = Library(fact.data["name"], fact.data["level"])
    return replace(state, libraries={**state.libraries, fact.data["library"]: known})


def _learn_staff(state: AudienceState, fact: Fact) -> AudienceState:
    where = fact.data["library"]
    return replace(state, staff={**state.staff, where: added(state.staff.get(where, ()), fact.data["person"])})


def _learn_staff_left(state: AudienceState, fact: Fact) -> AudienceState:
    where = fact.data["library"]
    return replace(state, staff={**state.staff, where: removed(state.staff.get(where, ()), fact.data["person"])})


def _learn_mentor(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, mentor=fact.data["mentor"])


def _learn_consultation(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, title=fact.data["title"], owner=fact.data.get("owner"))


def _learn_owner(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, owner=fact.data["owner"])


def _learn_escalation(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, owner=fact.data["to"])


def _new_owner(_state: AudienceState, fact: Fact) -> Sequence[str | None]:
    # The person to whom a silence was escalated hears of the escalation instead.
    return [] if fact.data.get("why") == "escalation" else [fact.data["owner"]]


def _escalated_to(_state: AudienceState, fact: Fact) -> Sequence[str | None]:
    return [fact.data["to"]]


def _asker(_state: AudienceState, fact: Fact) -> Sequence[str | None]:
    return [fact.data["asker"]]


def _reader_of_answer(state: AudienceState, fact: Fact) -> Sequence[str | None]:
    """The owner, if the asker has answered; else the asker."""
    return [state.owner] if fact.data["by"] == fact.data["asker"] else [fact.data["asker"]]


def _assigned_mentor(_state: AudienceState, fact: Fact) -> Sequence[str | None]:
    return [fact.data["mentor"]]


def _present_mentor(state: AudienceState, _fact: Fact) -> Sequence[str | None]:
    return [state.mentor]


def _staff_mentor_and_members(state: AudienceState, fact: Fact) -> Sequence[str | None]:
    """A library's audience holds staff and mentor, a region's holds members: each tells those it holds."""
    return [*state.staff.get(fact.data["library"], ()), state.mentor, *state.members]


def _tell_of_consultation(kind: Kind, people: People) -> Callable[[AudienceState, Fact], list[Issue]]:
    def tell(state: AudienceState, fact: Fact) -> list[Issue]:
        told = [each for each in people(state, fact) if each]
        words = {"title": state.title or fact.data.get("title") or fact.data["consultation"]}
        return Occasion.of(fact).messages(kind, told, fact.at + CONSULTATION_WORTH, words)

    return tell


def _tell_of_library(kind: Kind, people: People) -> Callable[[AudienceState, Fact], list[Issue]]:
    def tell(state: AudienceState, fact: Fact) -> list[Issue]:
        told = [each for each in people(state, fact) if each]
        known = state.libraries.get(fact.data["library"])
        words = {"library_name": (known.name if known else "") or fact.data["library"]}
        # The library's and the region's audience both tell, and may begin with the same person.
        return Occasion.of(fact).messages(kind, told, fact.at + MENTORING_WORTH, words, shared=True)

    return tell


ACCOMPANYING = (
    Hears("members.library-registered", concerns=narrowest_first(library, region), learns=_learn_library),
    Hears("members.affiliation-started", concerns=narrowest_first(library, region), learns=_learn_staff),
    Hears("members.affiliation-ended", concerns=narrowest_first(library, region), learns=_learn_staff_left),
    Hears("mentoring.consultation-asked", concerns=consultation, learns=_learn_consultation),
    Hears(
        "mentoring.consultation-assigned",
        concerns=consultation,
        learns=_learn_owner,
        tells=_tell_of_consultation(Kind.CONSULTATION_ASSIGNED, _new_owner),
    ),
    Hears(
        "mentoring.consultation-reopened",
        concerns=consultation,
        tells=_tell_of_consultation(Kind.CONSULTATION_ASSIGNED, _new_owner),
    ),
    Hears(
        "mentoring.consultation-answered",
        concerns=consultation,
        tells=_tell_of_consultation(Kind.CONSULTATION_ANSWERED, _reader_of_answer),
    ),
    Hears(
        "mentoring.consultation-resolved",
        concerns=consultation,
        tells=_tell_of_consultation(Kind.CONSULTATION_RESOLVED, _asker),
    ),
    Hears(
        "mentoring.consultation-escalated",
        concerns=consultation,
        learns=_learn_escalation,
        tells=_tell_of_consultation(Kind.CONSULTATION_ESCALATED, _escalated_to),
    ),
    Hears(
        "mentoring.mentor-assigned",
        concerns=library,
        learns=_learn_mentor,
        tells=_tell_of_library(Kind.MENTOR_ASSIGNED, _assigned_mentor),
    ),
    Hears(
        "mentoring.library-smooth",
        concerns=narrowest_first(library, region),
        tells=_tell_of_library(Kind.LIBRARY_SMOOTH, _staff_mentor_and_members),
    ),
    Hears(
        "mentoring.library-regressed",
        concerns=library,
        tells=_tell_of_library(Kind.LIBRARY_REGRESSED, _present_mentor),
    ),
)
