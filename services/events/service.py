"""The events service in its container: wiring only."""

from __future__ import annotations

from services.events.bootstrap import definition
from services.kernel.nameko.service import EventSourcedService


class Service(EventSourcedService):
    """Runs the events service, which ``bootstrap`` describes."""

    name = "events"
    definition = staticmethod(definition)
