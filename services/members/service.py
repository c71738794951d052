"""The members service in its container: wiring only."""

from __future__ import annotations

from services.kernel.nameko.service import EventSourcedService
from services.members.bootstrap import definition


class Service(EventSourcedService):
    """Runs the members service; ``bootstrap`` declares its contents."""

    name = "members"
    definition = staticmethod(definition)
