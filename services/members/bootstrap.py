"""What the members service is made of."""

from __future__ import annotations

from services.kernel.declare.collect import managers_in, routes_in, views_in
from services.kernel.declare.service import Definition
from services.members.contract import REGISTRY, tell
from services.members.dependencies import dependencies
from services.members.importing.import_runner import ImportRunner
from services.members.processes.erasing import eraser


def definition() -> Definition:
    """The service's declarations. The service listens to events and mentoring: people's attendances and visits."""
    return Definition(
        name="members",
        registry=REGISTRY,
        contract=tell,
        routes=routes_in("services.members.api"),
        views=views_in("services.members.views"),
        managers=managers_in("services.members.processes"),
        sources=("events", "mentoring"),
        parts=dependencies,
        readers=lambda core, built: (ImportRunner(built), eraser(core, built)),
    )
