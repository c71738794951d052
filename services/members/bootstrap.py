"""What the members service is made of."""

from __future__ import annotations

from services.kernel.declare.service import Definition
from services.members.api import routes
from services.members.contract import REGISTRY, tell
from services.members.importing.import_runner import ImportRunner
from services.members.parts import parts
from services.members.processes.crediting import CREDITING
from services.members.processes.erasing import eraser
from services.members.processes.guest_tying import GUEST_TYING
from services.members.processes.leaving import LEAVING
from services.members.processes.moving import MOVING
from services.members.views import VIEWS


def definition() -> Definition:
    """The service's declarations. The service listens to events and mentoring: people's attendances and visits."""
    return Definition(
        name="members",
        registry=REGISTRY,
        contract=tell,
        routes=routes,
        views=VIEWS,
        managers=(GUEST_TYING, CREDITING, LEAVING, MOVING),
        sources=("events", "mentoring"),
        parts=parts,
        readers=lambda core, built: (ImportRunner(built), eraser(core, built)),
    )
