"""The declaration of a service. Nothing is started here.

A service's ``bootstrap`` returns a ``Definition``, and ``assembly`` turns the definition into running parts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.kernel.base.clock import Clock
from services.kernel.base.metrics import Metrics
from services.kernel.base.settings import Settings
from services.kernel.commands.decider import Commands, Contract
from services.kernel.declare.process import ProcessManager
from services.kernel.declare.route import Route
from services.kernel.declare.view import View
from services.kernel.log.log import EventLog
from services.kernel.log.registry import Registry
from services.kernel.privacy.vault import Vault

if TYPE_CHECKING:
    from pymongo.database import Database

    from services.kernel.readers.reader import Reader, Source
    from services.kernel.views.view_store import Views


@dataclass(frozen=True)
class Core:
    """The parts that every service has; a service builds the ``parts`` for its handlers from them.

    ``commits`` is the service's own log as readers see it, ``heard`` its inbox. A service's additional readers use
    both, because they keep the newest entries in memory and know when there are no more entries.
    """

    settings: Settings
    database: Database[dict[str, Any]]
    log: EventLog
    commands: Commands
    views: Views
    vault: Vault
    clock: Clock
    commits: Source
    heard: Source
    metrics: Metrics


@dataclass(frozen=True)
class Definition:
    """One service's declarations.

    ``sources`` names the services whose facts the inbox receives. ``parts`` builds the object that handlers are called
    with. ``readers`` builds readers that are neither views nor managers, for example a deliverer.
    """

    name: str
    registry: Registry
    contract: Contract
    routes: Collection[Route]
    views: Sequence[View[Any]] = ()
    managers: Sequence[ProcessManager[Any]] = ()
    sources: Sequence[str] = ()
    parts: Callable[[Core], Any] = lambda core: core
    readers: Callable[[Core, Any], Sequence[Reader]] = lambda _core, _parts: ()
