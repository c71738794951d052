"""What notifications tells the other services: nothing. And what its log may hold."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema

from services.kernel.message import Draft, Recorded
from services.kernel.process import DeadlinePassed
from services.kernel.registry import Registry
from services.notifications.domain.message import MessagePlanned
from services.notifications.domain.preference import PreferenceChosen

REGISTRY = Registry()
REGISTRY.register(MessagePlanned, PreferenceChosen, DeadlinePassed)

FACTS: Mapping[str, Schema] = {}
"""No fact yet: who was told what is between the community and that person."""


def tell(_recorded: Recorded) -> Draft | None:
    """The fact that an event tells: none."""
    return None
