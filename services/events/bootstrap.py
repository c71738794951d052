"""The parts of the events service."""

from __future__ import annotations

from services.events.chat_reconciler import chat_readers
from services.events.contract import REGISTRY, tell
from services.events.dependencies import dependencies
from services.heard.regions import REGIONS
from services.kernel.declare.collect import managers_in, routes_in, views_in
from services.kernel.declare.service import Definition
from services.kernel.readers.eraser import hearing


def definition() -> Definition:
    """The service's declarations. The service listens to members: rules, offices, regions, guests who became members."""
    return Definition(
        name="events",
        registry=REGISTRY,
        contract=tell,
        routes=routes_in("services.events.api"),
        views=(*views_in("services.events.views"), REGIONS),
        managers=managers_in("services.events.processes"),
        sources=("members",),
        parts=dependencies,
        readers=lambda core, _deps: (hearing(core, "members.member-erased"), *chat_readers(core)),
    )
