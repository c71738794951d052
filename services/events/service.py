"""The events service in its container: wiring only."""

from __future__ import annotations

from services.events.bootstrap import definition
from services.kernel.nameko.service import EventSourcedService


class Service(EventSourcedService):
    """Runs the events service; what it is stands in ``bootstrap``."""

    name = "events"
    definition = staticmethod(definition)
