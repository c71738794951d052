"""What this service tells the others: which event becomes which fact, and what stands in it.

A fact's fields are a promise: one may join, none changes its meaning. No name, no contact, no free text about a person:
people are ids. The region is the one that the fact concerns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from services.kernel.message import Draft, Recorded
from services.kernel.process import DeadlinePassed
from services.kernel.registry import Registry
from services.mentoring import consultation_facts, mentorship_facts

REGISTRY = Registry()
REGISTRY.register(*consultation_facts.EVENTS, *mentorship_facts.EVENTS, DeadlinePassed)

_SHAPES: Mapping[str, Mapping[str, Any]] = {**consultation_facts.SHAPES, **mentorship_facts.SHAPES}
FACTS: Mapping[str, Schema] = {kind: Schema.from_dict(dict(shape), name=kind)() for kind, shape in _SHAPES.items()}
"""Each fact's type and the schema of its data."""


def tell(recorded: Recorded) -> Draft | None:
    """The fact that an event tells, from that event alone; None for one that concerns nobody outside."""
    told = consultation_facts.told(recorded.stream_id, recorded.event) or mentorship_facts.told(recorded)
    if told is None:
        return None
    kind, region, data = told
    return Draft(event=recorded.id, type=kind, subject=recorded.stream_id, region=region, data=data)
