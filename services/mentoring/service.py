"""The mentoring service in its container: wiring only."""

from __future__ import annotations

from services.kernel.nameko.service import EventSourcedService
from services.mentoring.bootstrap import definition


class Service(EventSourcedService):
    """Runs the mentoring service, which ``bootstrap`` declares."""

    name = "mentoring"
    definition = staticmethod(definition)
