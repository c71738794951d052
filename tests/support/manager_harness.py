"""Everything a process manager needs, on one database."""

from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.base.clock import FixedClock
from services.kernel.base.mongo import connect
from services.kernel.bus.envelope import envelope
from services.kernel.bus.inbox import Inbox
from services.kernel.bus.inbox_source import InboxSource
from services.kernel.commands.decider import Commands
from services.kernel.declare.process import ProcessManager
from services.kernel.log.mongo_log import MongoLog
from services.kernel.managers.deadline_reader import DeadlineReader
from services.kernel.managers.manager_reader import ManagerReader
from services.kernel.managers.reader_group import ReaderGroup
from services.kernel.managers.starts import SourceHead
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import Checkpoints, CommitSource
from tests.support.sample_domain import AT, COPYING, REGISTRY, SHELF, fact, tell


class ManagerHarness:
    """A manager's log, inbox, clock and commands."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.database = database
        self.clock = FixedClock(AT)
        self.log = MongoLog("shelves", database, REGISTRY)
        self.log.prepare()
        self.inbox = Inbox("shelves", database)
        self.inbox.prepare()
        self.commands = Commands(self.log, self.clock, tell)
        self.parking = Parking(database)
        self.heads: dict[str, int] = {}
        self.epoch = "e"
        self.heard_epochs: list[str] = []

    def source(self, log: str) -> InboxSource | CommitSource:
        return InboxSource(self.inbox) if log == "inbox" else CommitSource(self.log, REGISTRY, self.log.bell)

    def readers(self, manager: ProcessManager = COPYING) -> list[ManagerReader]:
        """The readers of a manager as they run in one process."""
        group = ReaderGroup(manager.name, manager.logs, {log: self.source(log) for log in manager.logs})
        return [self.reader(manager, log, group) for log in manager.logs]

    def reader(
        self, manager: ProcessManager = COPYING, log: str = "inbox", group: ReaderGroup | None = None
    ) -> ManagerReader:
        return ManagerReader(
            manager,
            group.sources[log] if group else self.source(log),
            database=self.database,
            checkpoints=Checkpoints(self.database),
            commands=self.commands,
            parking=self.parking,
            head_of=lambda name: SourceHead([self.epoch], self.heads.get(name, 0)),
            heard_epochs=lambda _name: self.heard_epochs,
            sources=["others"],
            group=group,
        )

    def deadlines(self) -> DeadlineReader:
        return DeadlineReader(COPYING, self.database, self.commands, self.clock)

    def hear(self, *numbers: int, **data: Any) -> None:
        self.inbox.admit("others", [envelope(fact("others", n, **data), "x") for n in numbers])

    def titles(self) -> tuple[str, ...]:
        return self.commands.state(SHELF, "s")[0].titles


@pytest.fixture
def manager_harness(mongodb_uri: str, database: Database[dict[str, Any]]) -> ManagerHarness:
    return ManagerHarness(connect(mongodb_uri)[database.name])
