"""What this service tells the others: which event becomes which fact, and what stands in it.

A fact's fields are a promise: one may join, none changes its meaning. No name, no contact, no free text about a person:
people are ids. The region is the one that the fact concerns.
"""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema

from services.kernel.message import Draft, Recorded
from services.kernel.process import DeadlinePassed
from services.kernel.registry import Registry

REGISTRY = Registry()
REGISTRY.register(DeadlinePassed)

FACTS: Mapping[str, Schema] = {}
"""Each fact's type and the schema of its data."""


def tell(_recorded: Recorded) -> Draft | None:
    """The fact that an event tells, from that event alone; None for one that concerns nobody outside."""
    return None
