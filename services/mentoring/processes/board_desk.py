"""The board's desk: what nobody answers in its own region, and what was not answered in time.

One instance. State: ``{seats: {office: {holder, stand_in}}, lies: {consultation: [owner, why]}, gone: [persons], emptied}``. Something
changes hands only when its owner has left and sits on none of the seats; an owner of whom nothing was heard here yet will be
heard of. Handing over is told as leaving and coming, so that counts ``GRACE`` after ``emptied``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
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
    Escalate,
    HandOver,
    ResponseTargetMissed,
)
from services.mentoring.domain.desk import BOARD, BOARD_ORDER, REGIONAL, Owner, Seat, at_the_board, key_of
from services.mentoring.processes.region_desk import EMPTY, GRACE
from services.mentoring.processes.seating import SEATING_FACTS, seated

THE_BOARD = "board"


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """The board, for its seats and for everything that changes hands."""
    if isinstance(fact, Fact):
        ours = fact.name in SEATING_FACTS and fact.data["office"] in {*BOARD_ORDER, REGIONAL}
        return [THE_BOARD] if ours else []
    match fact.event:
        case ConsultationAsked() | ConsultationAssigned() | ConsultationReopened() | ResponseTargetMissed():
            return [THE_BOARD]
        case ConsultationResolved() | ConsultationPromoted():
            return [THE_BOARD]
    return []


def react(state: Mapping[str, Any], fact: Recorded | Fact) -> Reaction:
    """What follows."""
    state = _read(state)
    if isinstance(fact, Fact):
        state = _moved(state, fact)
        if fact.type in {"office-vacated", "stand-in-ended"}:
            return _result({**state, "emptied": (fact.at + GRACE).isoformat()})
        return _result({**state, "emptied": None}, _ownerless(state))
    match fact.event:
        case DeadlinePassed():
            return _result({**state, "emptied": None}, _ownerless(state))
        case ResponseTargetMissed(owner=owner):
            to = at_the_board(_seats(state), besides=owner)
            return _result(state, [Issue(CONSULTATION, fact.stream_id, Escalate(to))])
    return _lain(state, fact)


def _moved(state: Mapping[str, Any], fact: Fact) -> dict[str, Any]:
    key = key_of(str(fact.data["office"]), fact.data["region"])
    seat = state["seats"].get(key, {})
    after = seated(seat, fact)
    up = {person for person in seat.values() if person and person not in after.values()}
    return {**state, "seats": {**state["seats"], key: after}, "gone": sorted({*state["gone"], *up})}


def _lain(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    name, event = recorded.stream_id, recorded.event
    lies = {one: owner for one, owner in state["lies"].items() if one != name}
    state = {**state, "lies": lies}
    if not isinstance(event, ConsultationAsked | ConsultationAssigned | ConsultationReopened) or event.desk != BOARD:
        return _result(state)
    lies[name] = [event.owner, event.why]
    if isinstance(event, ConsultationReopened) and event.owner is not None:
        # It lies where it lay before, and not where somebody sits now.
        state = {**state, "gone": sorted({*state["gone"], event.owner})}
    waiting = state["emptied"] is not None and event.owner is not None
    return _result(state, () if waiting else [issue for issue in _ownerless(state) if issue.identity == name])


def _ownerless(state: Mapping[str, Any]) -> list[Issue]:
    seats = _seats(state)
    sitting = {seat.taken_by for seat in seats.values()} - {None}
    to = at_the_board(seats)
    return [
        Issue(CONSULTATION, name, HandOver(BOARD, Owner(to, BOARD, why)))
        for name, (owner, why) in state["lies"].items()
        if owner not in sitting and owner != to and (owner is None or owner in state["gone"])
    ]


def _read(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state, also as an earlier release kept it: whoever owned something then and sat nowhere had left."""
    read = {"seats": {}, "lies": {}, "emptied": None, **state}
    sitting = {seat.taken_by for seat in _seats(read).values()}
    owners = {owner for owner, _why in read["lies"].values()} - sitting - {None}
    return {"gone": sorted(owners), **read}


def _seats(state: Mapping[str, Any]) -> dict[str, Seat]:
    return {key: Seat(seat.get("holder"), seat.get("stand_in")) for key, seat in state["seats"].items()}


def _result(state: Mapping[str, Any], issues: Sequence[Issue] = ()) -> Reaction:
    emptied = state["emptied"]
    return Reaction(state, issues, {EMPTY: datetime.fromisoformat(emptied)} if emptied else {})


BOARD_DESK = ProcessManager(name="board-desk", instances=instances, react=react, logs=(COMMITS, INBOX))
