"""What an audience learns from a fact. Pure.

An audience's state is JSON: ``members``, ``raisers``, ``endorsers``, ``seats``, ``line`` and ``present`` are lists of
ids in the order heard, as are ``followers`` and, of a region, who has ``left`` it; ``announced`` maps an announcement that stands to its levels, until when it is worth
sending, and who has left its audience since; ``libraries`` maps a library to its name and level, ``staff`` to who works there; ``region`` (its id), ``name``, ``coordinator`` and ``stand_in`` are a region's, ``title`` is a topic's; ``activities``
maps an activity's id to what stands published. Each holds only what it heard of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.kernel.message import Fact

State = Mapping[str, Any]


def added(state: State, role: str, *people: str | None) -> State:
    """With the people in a role, behind those who are."""
    known = state.get(role, [])
    return {**state, role: [*known, *(person for person in people if person and person not in known)]}


def removed(state: State, role: str, person: str) -> State:
    """Without a person in a role."""
    return {**state, role: [other for other in state.get(role, []) if other != person]}


def _learn_office(state: State, fact: Fact) -> State:
    match fact.type:
        case "office-assumed":
            return {**state, "coordinator": fact.data["person"]}
        case "stand-in-named":
            return {**state, "stand_in": fact.data["person"]}
        case "office-vacated":
            # A handover may be told as assumed, then vacated by the one before: only the holder vacates.
            left = state.get("coordinator") == fact.data["person"]
            return {**state, "coordinator": None} if left else state
        case _:
            return {**state, "stand_in": None}


def published(fact: Fact) -> State:
    """What an audience keeps of a publication."""
    return {
        "fact": fact.id,
        "at": fact.at.isoformat(),
        "title": fact.data["title"],
        "starts": fact.data["starts"],
        "ends": fact.data["ends"],
        "venue": (fact.data.get("venue") or {}).get("name", ""),
        "region": fact.region,
    }


def _learn_publication(state: State, fact: Fact) -> State:
    # Only what still lies ahead is kept beside it, so that a region's state does not grow for ever.
    ahead = {
        identity: other
        for identity, other in state.get("activities", {}).items()
        if datetime.fromisoformat(other["starts"]) > fact.at
    }
    return {**state, "activities": ahead | {fact.data["activity"]: published(fact)}}


def _learn_schedule(state: State, fact: Fact) -> State:
    activities = dict(state.get("activities", {}))
    identity = fact.data["activity"]
    if identity in activities:
        activities[identity] |= {"starts": fact.data["starts"], "ends": fact.data["ends"]}
    return {**state, "activities": activities}


def _learn_cancellation(state: State, fact: Fact) -> State:
    activities = {
        identity: activity
        for identity, activity in state.get("activities", {}).items()
        if identity != fact.data["activity"]
    }
    return {**state, "activities": activities}


def _learn_release(state: State, fact: Fact) -> State:
    return removed(removed(state, "seats", fact.data["person"]), "line", fact.data["person"])


def _learn_member(state: State, fact: Fact) -> State:
    after, person = {**state, "region": fact.region}, fact.data["person"]
    return after if person in state.get("left", []) else added(after, "members", person)


LEARN: Mapping[str, Callable[[State, Fact], State]] = {
    "members.region-opened": lambda state, fact: {**state, "name": fact.data["name"], "region": fact.region},
    "members.office-assumed": _learn_office,
    "members.office-vacated": _learn_office,
    "members.stand-in-named": _learn_office,
    "members.stand-in-ended": _learn_office,
    "members.member-joined": _learn_member,
    "events.topic-raised": lambda state, fact: added(
        {**state, "title": fact.data["title"]}, "raisers", fact.data["person"]
    ),
    "events.topic-joined": lambda state, fact: added(state, "raisers", fact.data["person"]),
    "events.topic-endorsed": lambda state, fact: added(state, "endorsers", fact.data["person"]),
    "events.activity-published": _learn_publication,
    "events.activity-rescheduled": _learn_schedule,
    "events.activity-cancelled": _learn_cancellation,
    "events.seat-taken": lambda state, fact: added(state, "seats", fact.data["person"]),
    "events.seat-lined": lambda state, fact: added(state, "line", fact.data["person"]),
    "events.seat-promoted": lambda state, fact: added(
        removed(state, "line", fact.data["person"]), "seats", fact.data["person"]
    ),
    "events.seat-released": _learn_release,
    "events.attendance-recorded": lambda state, fact: added(
        state, "present", fact.data.get("person"), fact.data.get("guest")
    ),
}
