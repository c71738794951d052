"""Members as declarations, and how its parts are built. Every part can be replaced in a test."""

from __future__ import annotations

from services.kernel.base.bell import Bell
from services.kernel.base.clock import SystemClock
from services.kernel.base.mongo import durable
from services.kernel.declare.service import Core, Definition
from services.kernel.privacy.claims import MongoClaims
from services.members.api import routes
from services.members.contract import REGISTRY, tell
from services.members.importing.import_runner import ImportRunner
from services.members.importing.uploads import MongoUploads
from services.members.parts import Parts
from services.members.processes.crediting import CREDITING
from services.members.processes.erasing import eraser
from services.members.processes.guest_tying import GUEST_TYING
from services.members.processes.leaving import LEAVING
from services.members.processes.moving import MOVING
from services.members.secret_deriver import SecretDeriver
from services.members.views import VIEWS


def parts(core: Core) -> Parts:
    """What the handlers are called with, over the service's own database."""
    return Parts(
        log=core.log,
        commands=core.commands,
        views=core.views,
        vault=core.vault,
        clock=core.clock,
        machine=SystemClock(),
        claims=MongoClaims(durable(core.database, "claims"), core.settings.secrets.contact),
        secrets=SecretDeriver(core.settings.secrets.token),
        uploads=MongoUploads(durable(core.database, "uploads")),
        imports_bell=Bell(),
    )


def definition() -> Definition:
    """The service, before anything is started."""
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
