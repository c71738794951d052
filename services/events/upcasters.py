"""How events of older releases are read."""

from __future__ import annotations

from typing import Any

from services.kernel.log.registry import Registry

PLAN_BEFORE_WORKSHOPS: dict[str, Any] = {"units": [], "levels": [], "open": False, "sessions": []}


def register(registry: Registry) -> None:
    """Complete the events from before workshops: plans without an agenda, speakers without a declared competence, seats
    of members alone.
    """
    for name in ("GatheringPlanned", "ActivityPublished"):
        registry.upcaster(name, 1)(_plan)
    registry.upcaster("SpeakerAssigned", 1)(_speaker)
    for name in ("SeatTaken", "PlacedInLine"):
        registry.upcaster(name, 1)(lambda data: {**data, "guest": False})
    registry.upcaster("ActivityRescheduled", 1)(lambda data: {**data, "sessions": []})


def _plan(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "plan": {**data["plan"], **PLAN_BEFORE_WORKSHOPS}}


def _speaker(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "speaker": {**data["speaker"], "competence": None, "name": None}}
