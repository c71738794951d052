"""The desk of a region: whoever sits there owns what lies there; what lies with the board because nobody sat is fetched back.

One instance a region. State: ``{seat: {holder, stand_in}, lies: {consultation: owner}, waits: [consultations], emptied}``;
``waits`` are the region's that the board looks after meanwhile.

Handing over an office is told as leaving and coming. So a seat counts as empty only ``GRACE`` after ``emptied``; until then
whoever left owns what was theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import DeadlinePassed, Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_acts import (
    ConsultationAsked,
    ConsultationAssigned,
    ConsultationPromoted,
    ConsultationReopened,
    ConsultationResolved,
    HandOver,
)
from services.mentoring.domain.desk import BOARD, HANDOVER, REGION, REGIONAL, STAND_IN, Owner
from services.mentoring.processes.seating import SEATING_FACTS, seated

GRACE = timedelta(minutes=5)
EMPTY = "empty"
TO_THE_BOARD = Owner(None, BOARD, BOARD)


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """The region whose seat or consultation it is."""
    if isinstance(fact, Fact):
        ours = fact.name in SEATING_FACTS and fact.data["office"] == REGIONAL and fact.data["region"]
        return [str(fact.data["region"])] if ours else []
    match fact.event:
        case (
            ConsultationAsked(region=region) | ConsultationAssigned(region=region) | ConsultationReopened(region=region)
        ):
            return [region]
        case ConsultationResolved(region=region) | ConsultationPromoted(region=region):
            return [region]
    return []


def react(state: Mapping[str, Any], fact: Recorded | Fact) -> Reaction:
    """What follows."""
    state = {"seat": {}, "lies": {}, "waits": [], "emptied": None, **state}
    if isinstance(fact, Fact):
        return _moved(state | {"seat": seated(state["seat"], fact)}, fact.at)
    if isinstance(fact.event, DeadlinePassed):
        return _result(state | {"emptied": None}, _on(state["lies"]) if _sitting(state) is None else ())
    return _lain(state, fact)


def _moved(state: Mapping[str, Any], at: datetime) -> Reaction:
    sitting = _sitting(state)
    if sitting is None:
        return _result({**state, "emptied": (at + GRACE).isoformat()})
    theirs = [name for name, owner in state["lies"].items() if owner != sitting]
    to = Owner(sitting, REGION, _why(state))
    back = [_issue(name, BOARD, to) for name in state["waits"]]
    return _result({**state, "emptied": None}, [*(_issue(name, REGION, to) for name in theirs), *back])


def _lain(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    name, event = recorded.stream_id, recorded.event
    lies = {one: owner for one, owner in state["lies"].items() if one != name}
    waits = [one for one in state["waits"] if one != name]
    if not isinstance(event, ConsultationAsked | ConsultationAssigned | ConsultationReopened):
        return _result({**state, "lies": lies, "waits": waits})
    if event.desk == REGION:
        lies[name] = event.owner
    elif event.desk == BOARD and event.why == BOARD:
        waits.append(name)
    state = {**state, "lies": lies, "waits": waits}
    sitting = _sitting(state)
    if sitting is not None:
        if (name in lies and event.owner != sitting) or name in waits:
            # Whichever was heard first, the question or the change of office: it is told the same way.
            fresh = name in lies and event.owner is None
            return _result(state, [_issue(name, event.desk, Owner(sitting, REGION, REGION if fresh else _why(state)))])
        return _result(state)
    # An owner of whom nothing was heard here yet will be heard of; one whose seat is known to be empty has left it.
    left = event.owner is None or (bool(state["seat"]) and state["emptied"] is None)
    return _result(state, _on([name]) if name in lies and left else ())


def _sitting(state: Mapping[str, Any]) -> str | None:
    seat = state["seat"]
    return seat.get("holder") or seat.get("stand_in")


def _why(state: Mapping[str, Any]) -> str:
    return HANDOVER if state["seat"].get("holder") else STAND_IN


def _on(names: Sequence[str] | Mapping[str, Any]) -> list[Issue]:
    return [_issue(name, REGION, TO_THE_BOARD) for name in names]


def _issue(name: str, of: str, owner: Owner) -> Issue:
    return Issue(CONSULTATION, name, HandOver(of, owner))


def _result(state: Mapping[str, Any], issues: Sequence[Issue] = ()) -> Reaction:
    emptied = state["emptied"]
    return Reaction(state, issues, {EMPTY: datetime.fromisoformat(emptied)} if emptied else {})


REGION_DESK = ProcessManager(name="region-desk", instances=instances, react=react, logs=(COMMITS, INBOX))
