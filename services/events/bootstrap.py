"""The parts of the events service."""

from __future__ import annotations

from services.events.api import routes
from services.events.chat_reconciler import chat_readers
from services.events.contract import REGISTRY, tell
from services.events.parts import parts
from services.events.processes import MANAGERS
from services.events.views import VIEWS
from services.kernel.declare.service import Definition
from services.kernel.readers.eraser import hearing


def definition() -> Definition:
    """The service's declarations. The service listens to members: rules, offices, regions, guests who became members."""
    return Definition(
        name="events",
        registry=REGISTRY,
        contract=tell,
        routes=routes,
        views=VIEWS,
        managers=MANAGERS,
        sources=("members",),
        parts=parts,
        readers=lambda core, _parts: (hearing(core, "members.member-erased"), *chat_readers(core)),
    )
