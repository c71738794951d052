"""The declarations of the mentoring service."""

from __future__ import annotations

from services.heard.regions import REGIONS
from services.kernel.declare.collect import managers_in, routes_in, views_in
from services.kernel.declare.service import Definition
from services.kernel.readers.eraser import hearing
from services.mentoring.contract import REGISTRY, tell
from services.mentoring.dependencies import dependencies


def definition() -> Definition:
    """The service listens to members for offices, affiliations and competence, and to events for attendance."""
    return Definition(
        name="mentoring",
        registry=REGISTRY,
        contract=tell,
        routes=routes_in("services.mentoring.api"),
        views=(*views_in("services.mentoring.views"), REGIONS),
        managers=managers_in("services.mentoring.processes"),
        sources=("members", "events"),
        parts=dependencies,
        readers=lambda core, _deps: (hearing(core, "members.member-erased"),),
    )
