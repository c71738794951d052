"""Builds all parts of one service from its definition and its settings, and starts none of them.

Only ``prepare`` touches the database, and may wait for it. Everything before is construction, so a test can replace any
part with ``dataclasses.replace``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pymongo.database import Database

from services.kernel.base.clock import Clock, clock_from
from services.kernel.base.metrics import Metrics
from services.kernel.base.mongo import durable
from services.kernel.base.settings import Settings
from services.kernel.bus.catch_up import CatchUp
from services.kernel.bus.inbox import Inbox, Strays
from services.kernel.bus.inbox_source import InboxSource
from services.kernel.bus.relay import Relay
from services.kernel.bus.subscription import SilenceWatch, Subscription, queue_name
from services.kernel.commands.decider import Commands
from services.kernel.declare.policy import ActorSignature
from services.kernel.declare.route import Routes
from services.kernel.declare.service import Core, Definition
from services.kernel.declare.view import COMMITS, INBOX
from services.kernel.http.api import Api
from services.kernel.http.operations import Operations
from services.kernel.http.parked_count import ParkedCount
from services.kernel.log.mongo_log import MongoLog
from services.kernel.managers.deadline_reader import DeadlineReader, Upcoming
from services.kernel.managers.manager_reader import ManagerReader
from services.kernel.managers.reader_group import ReaderGroup
from services.kernel.managers.starts import SourceHead
from services.kernel.privacy.vault import MongoKeys, Vault
from services.kernel.readers.eraser import Eraser
from services.kernel.readers.erasure_gate import ErasureGate
from services.kernel.readers.lease import Lease
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import Checkpoints, CommitSource, Reader, Source
from services.kernel.readers.runner import Runner
from services.kernel.views.position_waits import PositionWaits
from services.kernel.views.view_reader import ViewReader
from services.kernel.views.view_store import Views


@dataclass(frozen=True)
class Application:
    """One service, assembled."""

    definition: Definition
    settings: Settings
    core: Core
    parts: Any
    log: MongoLog
    inbox: Inbox
    views: Views
    parking: Parking
    strays: Strays
    api: Api
    runner: Runner
    sources: Sequence[Source]
    subscriptions: Sequence[Subscription]
    watches: Sequence[SilenceWatch]
    metrics: Metrics
    operations: Operations

    def jobs(self) -> list[tuple[str, Callable[[threading.Event], None]]]:
        """The jobs that run as long as the service runs: name and function. Each runs in its own thread until the given
        event is set.
        """
        return [
            ("lease", self.runner.hold_lease),
            ("tail", partial(self.runner.watch, self.sources)),
            *((reader.name, partial(self.runner.run, reader)) for reader in self.runner.readers),
            *((subscription.queue, subscription.run) for subscription in self.subscriptions),
            *((f"watch.{watch.source}", watch.run) for watch in self.watches),
        ]

    def prepare(self) -> None:
        """Create indexes, epoch and view pointers. Raises ``PyMongoError`` while the database is away."""
        self.log.prepare()
        self.inbox.prepare()
        self.parking.prepare()
        self.views.prepare()
        for reader in self.runner.readers:
            if isinstance(reader, ManagerReader | DeadlineReader):
                reader.prepare()


def assemble(
    definition: Definition,
    settings: Settings,
    database: Database[dict[str, Any]],
    metrics: Metrics | None = None,
    clock: Clock | None = None,
) -> Application:
    """Build every part of a service around its database."""
    metrics = metrics or Metrics()
    clock = clock or clock_from(settings.clock)
    log = MongoLog(definition.name, database, definition.registry, metrics)
    commands = Commands(log, clock, definition.contract)
    inbox = Inbox(definition.name, database, metrics)
    views = Views(database, definition.views)
    parking = Parking(database)
    strays = Strays(definition.name, database, metrics)
    vault = Vault(MongoKeys(durable(database, "keys")), settings.secrets.vault)
    signature = ActorSignature(settings.secrets.signing.hex())
    commits = CommitSource(log, definition.registry, log.bell)
    heard = InboxSource(inbox)
    core = Core(settings, database, log, commands, views, vault, clock, commits, heard, metrics)
    parts = definition.parts(core)
    catch_up = CatchUp(definition.name, inbox, settings.urls, signature, metrics)
    subscriptions = [
        Subscription(definition.name, source, settings.amqp, inbox=inbox, strays=strays, catch_up=catch_up)
        for source in definition.sources
        if settings.amqp is not None
    ]
    listening = {subscription.source: subscription for subscription in subscriptions}
    watches = [
        SilenceWatch(source, catch_up, lambda source=source: listening[source].heard if source in listening else 0.0)  # type: ignore[misc]
        for source in definition.sources
    ]
    sources: dict[str, Source] = {COMMITS: commits, INBOX: heard}
    checkpoints = Checkpoints(database)
    readers: list[Reader] = [
        ViewReader(view, sources[name], views, database, parking) for view in definition.views for name in view.logs
    ]
    for manager in definition.managers:
        upcoming = Upcoming()
        group = ReaderGroup(manager.name, manager.logs, {name: sources[name] for name in manager.logs})
        readers += [
            ManagerReader(
                manager,
                sources[name],
                database=database,
                checkpoints=checkpoints,
                commands=commands,
                parking=parking,
                head_of=lambda source: SourceHead(*catch_up.epochs_and_head(source)),
                heard_epochs=inbox.epochs,
                sources=definition.sources,
                upcoming=upcoming,
                group=group,
            )
            for name in manager.logs
        ]
        if COMMITS in manager.logs:
            readers.append(DeadlineReader(manager, database, commands, clock, upcoming))
    if settings.amqp is not None:
        queues = [queue_name(consumer, definition.name) for consumer in settings.urls]
        readers.append(Relay(log, checkpoints, settings.amqp, settings.community_host, queues=queues, metrics=metrics))
    readers += definition.readers(core, parts)
    erasures = ErasureGate(database, next((reader for reader in readers if isinstance(reader, Eraser)), None))
    lease = Lease(database, settings.instance)
    runner = Runner(definition.name, lease, readers, metrics)
    waits = PositionWaits(views, appended=lambda: log.recent.last, head=log.head, runs_readers=lease.held)
    operations = Operations(
        definition=definition,
        settings=settings,
        log=log,
        vault=vault,
        inbox=inbox,
        views=views,
        parking=parking,
        strays=strays,
        runner=runner,
        subscriptions=subscriptions,
        watches=watches,
        metrics=metrics,
        parked=ParkedCount(definition.name, parking, metrics),
        erasures=erasures,
    )
    api = Api(
        definition.name,
        Routes(definition.routes, operations.routes()),
        parts,
        commands=commands,
        clock=clock,
        signature=signature,
        wait_for=waits.wait_for,
        shown=views.shown,
        may_open=erasures.require_open,
    )
    return Application(
        definition=definition,
        settings=settings,
        core=core,
        parts=parts,
        log=log,
        inbox=inbox,
        views=views,
        parking=parking,
        strays=strays,
        api=api,
        runner=runner,
        sources=[commits, *([heard] if definition.sources else [])],
        subscriptions=subscriptions,
        watches=watches,
        metrics=metrics,
        operations=operations,
    )
