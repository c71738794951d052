"""What the eraser reads at a start, and what a restored backup brings back."""

from collections.abc import Sequence
from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.base.message import Fact, Recorded
from services.kernel.base.mongo import connect, durable
from services.kernel.log.mongo_log import MongoLog
from services.kernel.privacy.vault import MongoKeys, Vault
from services.kernel.readers.eraser import Eraser, ErasureList
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import CommitSource
from tests.support.sample_domain import REGISTRY, append


class Erasing:
    """A log in which a title ``erase-<person>`` erases a person, and the keys of the people."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.database = database
        self.log = MongoLog("shelves", database, REGISTRY)
        self.log.prepare()
        self.vault = Vault(MongoKeys(durable(database, "keys")), bytes(32))
        self.positions: list[int] = []

    def tell(self, *titles: str) -> None:
        for title in titles:
            position = self.log.head()
            self.log.append(append(f"shelf-{position}", 0, title, command_id=f"{title}-{position}"))

    def start(self) -> Eraser:
        """Another process: it remembers nothing, and notes the positions that it reads."""
        log = MongoLog("shelves", self.database, REGISTRY)
        log.prepare()
        source = CommitSource(log, REGISTRY, log.bell)
        self.positions = []
        batch = source.batch

        def noted(after: int, limit: int = 256) -> Any:
            found = batch(after, limit)
            self.positions += [item.position for item in found.items]
            return found

        source.batch = noted  # type: ignore[method-assign]
        return Eraser(source, ErasureList(self.database), Parking(self.database), _erased, self._erase)

    def run(self) -> Eraser:
        eraser = self.start()
        while eraser.step(1):
            pass
        return eraser

    def _erase(self, ids: Sequence[str], _fact: Recorded | Fact) -> None:
        self.vault.destroy(*ids)


def _erased(fact: Recorded | Fact) -> Sequence[str]:
    title = fact.event.title if isinstance(fact, Recorded) else ""  # type: ignore[attr-defined]
    return [title.removeprefix("erase-")] if title.startswith("erase-") else []


@pytest.fixture
def erasing(mongodb_uri: str, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Erasing:
    monkeypatch.setattr("services.kernel.readers.eraser.END_SECONDS", 0.0)
    return Erasing(connect(mongodb_uri)[database.name])


def test_a_start_reads_the_erasures_and_what_is_new_and_not_the_whole_log(erasing: Erasing) -> None:
    erasing.tell("x", "erase-ani", *("x" for _ in range(20)))
    erasing.run()
    erasing.tell("x", "erase-budi")
    erasing.run()
    assert erasing.positions == [22, 2, 23, 24]  # the list's end is compared with the log first
    erasing.run()
    assert erasing.positions == [24, 2, 24]


def test_keys_that_a_backup_brought_back_are_destroyed_again_at_the_next_start(erasing: Erasing) -> None:
    sealed = {person: erasing.vault.seal(person, "a name") for person in ("ani", "budi", "citra")}
    backup = list(erasing.database["keys"].find())
    erasing.tell("erase-ani", "x", "erase-budi")
    erasing.run()
    erasing.database["keys"].delete_many({})
    erasing.database["keys"].insert_many(backup)
    assert erasing.vault.open("ani", sealed["ani"]) == "a name"
    eraser = erasing.start()
    assert not eraser.repeated
    eraser.step(1)
    assert eraser.repeated
    opened = {person: erasing.vault.open(person, text) for person, text in sealed.items()}
    assert opened == {"ani": None, "budi": None, "citra": "a name"}


def test_an_erasure_in_a_restored_log_that_went_on_differently_is_done(erasing: Erasing) -> None:
    """The list of erasures says that all is read up to position 4. The log is restored to 1 and told other things."""
    erasing.tell("x", "x", "x", "x")
    erasing.run()
    erasing.database["commits"].delete_many({"_id": {"$gt": 1}})
    erasing.log = MongoLog("shelves", erasing.database, REGISTRY)
    sealed = erasing.vault.seal("ani", "a name")
    erasing.tell("erase-ani", "y", "y", "y", "y")
    erasing.run()
    assert erasing.vault.open("ani", sealed) is None


def test_an_erasure_in_a_log_restored_to_a_shorter_one_is_done(erasing: Erasing) -> None:
    erasing.tell("x", "x", "x", "x")
    erasing.run()
    erasing.database["commits"].delete_many({"_id": {"$gt": 1}})
    erasing.log = MongoLog("shelves", erasing.database, REGISTRY)
    sealed = erasing.vault.seal("ani", "a name")
    erasing.tell("erase-ani")
    erasing.run()
    assert erasing.vault.open("ani", sealed) is None


def test_without_the_list_or_with_an_older_one_every_erasure_is_found(erasing: Erasing) -> None:
    erasing.tell("erase-ani", "x")
    erasing.run()
    older = list(erasing.database["erasures"].find())
    erasing.tell("erase-budi", "x")
    erasing.run()
    sealed = {}
    for restored in ([], older):
        erasing.database["keys"].delete_many({})
        sealed = {person: erasing.vault.seal(person, "a name") for person in ("ani", "budi")}
        erasing.database["erasures"].delete_many({})
        if restored:
            erasing.database["erasures"].insert_many(restored)
        erasing.run()
        assert {person: erasing.vault.open(person, text) for person, text in sealed.items()} == dict.fromkeys(sealed)


def test_an_unreadable_erasure_is_parked_and_is_done_and_listed_when_it_can_be_read(erasing: Erasing) -> None:
    sealed = erasing.vault.seal("ani", "a name")
    erasing.tell("erase-ani", "x")
    erasing.database["commits"].update_one({"_id": 1}, {"$set": {"events.0.schema": 7}})
    erasing.run()
    assert Parking(erasing.database).count("eraser") == 1
    erasing.database["commits"].update_one({"_id": 1}, {"$set": {"events.0.schema": 1}})
    erasing.run()  # a release that knows the version: it needs no mark
    assert erasing.vault.open("ani", sealed) is None
    assert Parking(erasing.database).count("eraser") == 0
    assert [place["position"] for place in erasing.database["erasures"].find({"position": 1})] == [1]


def test_a_parked_fact_that_a_restore_took_from_the_log_does_not_stop_its_reader(erasing: Erasing) -> None:
    from services.kernel.readers.parking import ParkedFact
    from tests.support.sample_domain import AT

    erasing.tell("x")
    parking = Parking(erasing.database)
    gone = [ParkedFact("eraser", "commits", 9, 0, "k", "e", AT), ParkedFact("eraser", "commits", 1, 3, "k", "e", AT)]
    parking.park(gone)
    parking.mark("eraser")
    erasing.run()
    assert parking.count() == 0
