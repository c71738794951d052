"""What must survive a power cut is written with ``w: majority, j: true``: asserted on the wire, collection by collection."""

from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import CommandListener, CommandStartedEvent

from services.kernel.base.clock import FixedClock
from services.kernel.base.mongo import connect, durable
from services.kernel.bus.envelope import envelope
from services.kernel.bus.inbox import Inbox, Strays
from services.kernel.bus.inbox_source import InboxSource
from services.kernel.commands.decider import Commands
from services.kernel.log.mongo_log import MongoLog
from services.kernel.managers.deadline_reader import DeadlineReader
from services.kernel.managers.manager_reader import ManagerReader
from services.kernel.managers.starts import SourceHead
from services.kernel.privacy.claims import MongoClaims
from services.kernel.privacy.vault import MongoKeys, Vault
from services.kernel.readers.eraser import Eraser, ErasureList
from services.kernel.readers.lease import Lease
from services.kernel.readers.parking import ParkedFact, Parking
from services.kernel.readers.reader import Checkpoints
from services.kernel.views.view_reader import ViewReader
from services.kernel.views.view_store import Views
from tests.support.sample_domain import AT, COPYING, HEARD, REGISTRY, append, fact, tell

DURABLE = {
    "commits",
    "inbox",
    "claims",
    "keys",
    "parked",
    "manager_copying",
    "strays",
    "views",
    "epoch",
    "manager_starts",
    "erasures",
}
NOT_DURABLE = {"checkpoints", "view_heard_v1"}
WRITES = {"insert", "update", "delete", "findAndModify"}


class Wire(CommandListener):
    """Every write's collection and write concern, as sent."""

    def __init__(self) -> None:
        self.concerns: dict[str, list[Any]] = {}
        self.updates: dict[str, list[tuple[bool, list[Any]]]] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in WRITES:
            collection = str(event.command[event.command_name])
            self.concerns.setdefault(collection, []).append(event.command.get("writeConcern"))
        if event.command_name == "update":
            changed = [change["q"]["_id"] for change in event.command["updates"] if "_id" in change["q"]]
            ordered = bool(event.command.get("ordered", True))
            self.updates.setdefault(str(event.command["update"]), []).append((ordered, changed))

    def succeeded(self, event: Any) -> None:
        """Not looked at."""

    def failed(self, event: Any) -> None:
        """Not looked at."""


@pytest.fixture
def wire(mongodb_uri: str, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Wire:
    listener = Wire()
    from services.kernel.base import mongo

    real = MongoClient
    monkeypatch.setattr(mongo, "MongoClient", lambda uri, **options: real(uri, event_listeners=[listener], **options))
    own = connect(mongodb_uri)[database.name]
    clock = FixedClock(AT)
    log = MongoLog("shelves", own, REGISTRY)
    log.prepare()
    log.append(append("shelf-a", 0, "x"))
    inbox = Inbox("shelves", own)
    inbox.prepare()
    inbox.admit("others", [envelope(fact("others", 1), "x")])
    MongoClaims(durable(own, "claims"), b"k").take("email", "a@example.org", "p")
    vault = Vault(MongoKeys(durable(own, "keys")), bytes(32))
    vault.seal("p", "text")
    vault.destroy("p")
    Strays("shelves", own).keep("others", b"odd", "why", clock.now)
    parking = Parking(own)
    parking.park([ParkedFact("r", "commits", 1, 0, "k", "e", AT)])
    parking.mark("r")
    views = Views(own, [HEARD])
    views.prepare()
    ViewReader(HEARD, InboxSource(inbox), views, own, parking).step(1)
    Eraser(InboxSource(inbox), ErasureList(own), parking, lambda _fact: ["p"], lambda _ids, _fact: None).step(1)
    commands = Commands(log, clock, tell)
    manager = ManagerReader(
        COPYING,
        InboxSource(inbox),
        database=own,
        checkpoints=Checkpoints(own),
        commands=commands,
        parking=parking,
        head_of=lambda _name: SourceHead(["e"], 0),
        sources=["others"],
    )
    manager._starts.meet("others")
    manager.step(1)
    clock.advance(timedelta(days=3))
    DeadlineReader(COPYING, own, commands, clock).step(1)
    return listener


def test_every_write_that_an_acknowledgement_rests_on_is_journaled_by_a_majority(wire: Wire) -> None:
    assert set(wire.concerns) >= DURABLE
    for collection in DURABLE:
        for concern in wire.concerns[collection]:
            assert concern == {"w": "majority", "j": True}, collection


def test_views_and_checkpoints_do_not_pay_for_the_journal(wire: Wire) -> None:
    assert set(wire.concerns) >= NOT_DURABLE
    for collection in NOT_DURABLE:
        assert all((concern or {}).get("j") is None for concern in wire.concerns[collection]), collection


def test_a_views_updates_and_its_checkpoints_move_are_one_ordered_command(wire: Wire) -> None:
    claim, command = wire.updates["view_heard_v1"]
    assert claim == (True, ["_checkpoint.inbox", "_checkpoint.inbox"])  # once under each lease
    assert command == (True, ["_checkpoint.inbox", "s", "_checkpoint.inbox"])


def test_nothing_is_written_to_a_collection_that_nobody_has_judged(wire: Wire) -> None:
    assert set(wire.concerns) <= DURABLE | NOT_DURABLE | {"leases"}


def test_a_lease_is_taken_durably_and_renewed_cheaply(
    mongodb_uri: str, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Wire()
    client: MongoClient[dict[str, Any]] = MongoClient(mongodb_uri, event_listeners=[listener], tz_aware=True)
    lease = Lease(client[database.name], "one")
    lease.acquire_or_renew()
    lease.acquire_or_renew()
    taken, renewed = listener.concerns["leases"]
    assert taken == {"w": "majority", "j": True}
    assert (renewed or {}).get("j") is None
    client.close()
