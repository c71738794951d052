"""The declarations of the mentoring service."""

from __future__ import annotations

from services.kernel.declare.service import Definition
from services.kernel.readers.eraser import hearing
from services.mentoring.api import routes
from services.mentoring.contract import REGISTRY, tell
from services.mentoring.parts import parts
from services.mentoring.processes import MANAGERS
from services.mentoring.views import VIEWS


def definition() -> Definition:
    """The service listens to members for offices, affiliations and competence, and to events for attendance."""
    return Definition(
        name="mentoring",
        registry=REGISTRY,
        contract=tell,
        routes=routes,
        views=VIEWS,
        managers=MANAGERS,
        sources=("members", "events"),
        parts=parts,
        readers=lambda core, _parts: (hearing(core, "members.member-erased"),),
    )
