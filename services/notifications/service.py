"""The notifications service in its container: wiring only."""

from __future__ import annotations

from services.kernel.nameko.service import EventSourcedService
from services.notifications.bootstrap import definition


class Service(EventSourcedService):
    """Runs the notifications service that ``bootstrap`` defines."""

    name = "notifications"
    definition = staticmethod(definition)
