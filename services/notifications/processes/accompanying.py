"""What libraries, consultations and mentorships make known, and whom that concerns. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from services.kernel.message import Fact
from services.kernel.process import Issue
from services.notifications.domain.message import Kind
from services.notifications.processes.hearing import State, added, removed
from services.notifications.processes.telling import occasion, standing

CONSULTATION_WORTH = timedelta(days=14)
MENTORING_WORTH = timedelta(days=30)
CERTIFICATE_WORTH = timedelta(days=60)


def _library(fact: Fact) -> list[str]:
    return [f"library:{fact.data['library']}"]


def _region(fact: Fact) -> list[str]:
    return [f"region:{fact.region}"] if fact.region else []


def _activity(fact: Fact) -> list[str]:
    return [f"activity:{fact.data['activity']}"]


def _consultation(fact: Fact) -> list[str]:
    return [f"consultation:{fact.data['consultation']}"]


CONCERNED: Mapping[str, Sequence[Callable[[Fact], list[str]]]] = {
    "members.library-registered": (_library, _region),
    "members.affiliation-started": (_library, _region),
    "members.affiliation-ended": (_library, _region),
    "events.certificate-issued": (_activity,),
    "events.poll-opened": (_region,),
    "events.lecture-announced": (_activity,),
    "mentoring.consultation-asked": (_consultation,),
    "mentoring.consultation-assigned": (_consultation,),
    "mentoring.consultation-answered": (_consultation,),
    "mentoring.consultation-resolved": (_consultation,),
    "mentoring.consultation-reopened": (_consultation,),
    "mentoring.consultation-escalated": (_consultation,),
    "mentoring.mentor-assigned": (_library,),
    "mentoring.library-smooth": (_library, _region),
    "mentoring.library-regressed": (_library,),
}


def _learn_library(state: State, fact: Fact) -> State:
    library = {"name": fact.data["name"], "level": fact.data["level"]}
    return {**state, "libraries": {**state.get("libraries", {}), fact.data["library"]: library}}


def _learn_affiliation(state: State, fact: Fact) -> State:
    library, staff = fact.data["library"], state.get("staff", {})
    change = removed if fact.type == "affiliation-ended" else added
    return {**state, "staff": change(staff, library, fact.data["person"])}


LEARN: Mapping[str, Callable[[State, Fact], State]] = {
    "members.library-registered": _learn_library,
    "members.affiliation-started": _learn_affiliation,
    "members.affiliation-ended": _learn_affiliation,
    "mentoring.consultation-asked": lambda state, fact: {
        **state,
        "title": fact.data["title"],
        "owner": fact.data.get("owner"),
    },
    "mentoring.consultation-assigned": lambda state, fact: {**state, "owner": fact.data["owner"]},
    "mentoring.consultation-escalated": lambda state, fact: {**state, "owner": fact.data["to"]},
    "mentoring.mentor-assigned": lambda state, fact: {**state, "mentor": fact.data["mentor"]},
}


def _tell_certificate(state: State, fact: Fact) -> list[Issue]:
    activity = standing(state, fact)
    if activity is None:
        return []
    shown = {"title": activity["title"]}
    return occasion(fact).tell(Kind.CERTIFICATE_ISSUED, [fact.data["person"]], fact.at + CERTIFICATE_WORTH, shown)


def _tell_poll(state: State, fact: Fact) -> list[Issue]:
    shown = {"title": fact.data["title"], "closes": fact.data["closes"]}
    worth = datetime.fromisoformat(fact.data["closes"])
    return occasion(fact).tell(Kind.POLL_OPENED, state.get("members", []), worth, shown)


def _tell_lecture(_state: State, fact: Fact) -> list[Issue]:
    """The group itself is told, where a bot can write into it; elsewhere a person copies the run sheet."""
    if fact.data["channel"] != "telegram" or not fact.data["chat"]:
        return []
    shown = {"title": fact.data["title"], "starts": fact.data["starts"]}
    worth = datetime.fromisoformat(fact.data["starts"])
    group = [f"group-{fact.data['group']}"]
    return occasion(fact).tell(Kind.LECTURE_ANNOUNCED, group, worth, shown, chat=str(fact.data["chat"]))


def _tell_of_consultation(
    kind: Kind, people: Callable[[State, Fact], Sequence[str | None]]
) -> Callable[[State, Fact], list[Issue]]:
    def tell(state: State, fact: Fact) -> list[Issue]:
        told = [person for person in people(state, fact) if person]
        shown = {"title": state.get("title") or fact.data.get("title") or fact.data["consultation"]}
        return occasion(fact).tell(kind, told, fact.at + CONSULTATION_WORTH, shown)

    return tell


def _new_owner(_state: State, fact: Fact) -> Sequence[str | None]:
    # Whom a silence was escalated to hears that it was, in words of its own.
    return [] if fact.data.get("why") == "escalation" else [fact.data["owner"]]


def _who_reads_an_answer(state: State, fact: Fact) -> Sequence[str | None]:
    return [state.get("owner")] if fact.data["by"] == fact.data["asker"] else [fact.data["asker"]]


def _name_of(state: State, fact: Fact) -> str:
    library = state.get("libraries", {}).get(fact.data["library"], {})
    return str(library.get("name") or fact.data["library"])


def _tell_of_library(
    kind: Kind, people: Callable[[State, Fact], Sequence[str | None]]
) -> Callable[[State, Fact], list[Issue]]:
    def tell(state: State, fact: Fact) -> list[Issue]:
        told = [person for person in people(state, fact) if person]
        shown = {"library_name": _name_of(state, fact)}
        # The library and its region both tell, and may begin with the same person.
        return occasion(fact).tell(kind, told, fact.at + MENTORING_WORTH, shown, shared=True)

    return tell


def _staff_or_region(state: State, fact: Fact) -> Sequence[str | None]:
    """A library holds its staff, a region its members: each tells those."""
    return [*state.get("staff", {}).get(fact.data["library"], []), state.get("mentor"), *state.get("members", [])]


TELL: Mapping[str, Callable[[State, Fact], list[Issue]]] = {
    "events.certificate-issued": _tell_certificate,
    "events.poll-opened": _tell_poll,
    "events.lecture-announced": _tell_lecture,
    "mentoring.consultation-assigned": _tell_of_consultation(Kind.CONSULTATION_ASSIGNED, _new_owner),
    "mentoring.consultation-reopened": _tell_of_consultation(Kind.CONSULTATION_ASSIGNED, _new_owner),
    "mentoring.consultation-answered": _tell_of_consultation(Kind.CONSULTATION_ANSWERED, _who_reads_an_answer),
    "mentoring.consultation-resolved": _tell_of_consultation(
        Kind.CONSULTATION_RESOLVED, lambda _state, fact: [fact.data["asker"]]
    ),
    "mentoring.consultation-escalated": _tell_of_consultation(
        Kind.CONSULTATION_ESCALATED, lambda _state, fact: [fact.data["to"]]
    ),
    "mentoring.mentor-assigned": _tell_of_library(Kind.MENTOR_ASSIGNED, lambda _state, fact: [fact.data["mentor"]]),
    "mentoring.library-smooth": _tell_of_library(Kind.LIBRARY_SMOOTH, _staff_or_region),
    "mentoring.library-regressed": _tell_of_library(Kind.LIBRARY_REGRESSED, lambda state, _fact: [state.get("mentor")]),
}
