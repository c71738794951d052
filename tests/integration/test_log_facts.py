"""Facts are found by their own numbers, however many commits without facts stand between them."""

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import CommandListener

from services.kernel.base.mongo import connect
from services.kernel.log.mongo_log import MongoLog
from tests.support.sample_domain import REGISTRY, append


@pytest.fixture
def log(mongodb_uri: str, database: Database[dict[str, Any]]) -> MongoLog:
    return open_log(mongodb_uri, database)


def open_log(uri: str, database: Database[dict[str, Any]]) -> MongoLog:
    log = MongoLog("shelves", connect(uri)[database.name], REGISTRY)
    log.prepare()
    return log


def refuse(database: Database[dict[str, Any]], count: int) -> None:
    """Store so many refusals behind the last commit."""
    last = database["commits"].find_one(sort=[("position", -1)])
    assert last is not None
    last.pop("stream", None)
    for first in range(1, count + 1, 1000):
        database["commits"].insert_many(
            {**last, "_id": last["_id"] + n, "position": last["position"] + n, "command_id": f"refused-{last['_id'] + n}",
             "refused": "rule", "events": [], "facts": []}
            for n in range(first, min(first + 1000, count + 1))
        )  # fmt: skip


class Replies(CommandListener):
    """Counts the database's queries and the documents that it answered with."""

    def __init__(self) -> None:
        self.queries = self.documents = 0

    def started(self, event: Any) -> None:
        """Counted when it has succeeded."""

    def succeeded(self, event: Any) -> None:
        if event.command_name in {"find", "getMore"}:
            cursor = event.reply["cursor"]
            self.queries += 1
            self.documents += len(cursor.get("firstBatch", cursor.get("nextBatch")))

    def failed(self, event: Any) -> None:
        """Counted when it has succeeded."""


def test_twenty_thousand_refusals_behind_a_fact_cost_its_reader_a_few_small_queries(
    log: MongoLog, mongodb_uri: str, database: Database[dict[str, Any]]
) -> None:
    log.append(append("shelf-a", 0, "x"))
    refuse(database, 20_000)
    open_log(mongodb_uri, database).append(append("shelf-b", 0, "y"))
    replies = Replies()
    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[replies]) as client:
        reader = MongoLog("shelves", client[database.name], REGISTRY)
        reader.head()
        for after, expected in ((0, [1]), (1, [2]), (2, [])):
            replies.queries = replies.documents = 0
            best = min(_seconds(lambda after=after: reader.facts(after)) for _ in range(3))
            assert [fact.n for fact in reader.facts(after)] == expected
            assert replies.queries / 4 <= 20
            assert replies.documents / 4 <= 256 + 20
            assert best < 0.5  # idle: 0.02


def _seconds(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def test_facts_among_refusals_are_all_read_in_order_from_every_number(
    log: MongoLog, mongodb_uri: str, database: Database[dict[str, Any]]
) -> None:
    dice = random.Random(4)
    log.append(append("shelf-first", 0, "t"))
    told = 1
    for n in range(40):
        if dice.random() < 0.3:
            refuse(database, dice.choice((1, 5, 40)))
        titles = [f"t{k}" for k in range(dice.choice((0, 1, 1, 3)))]
        open_log(mongodb_uri, database).append(
            append(f"shelf-{n}", 0, *titles) if titles else append(None, 0, command_id=f"n{n}")
        )
        told += len(titles)
    for reader in (log, open_log(mongodb_uri, database)):
        for after in dice.sample(range(told + 1), told + 1):
            heard: list[int] = []
            while page := reader.facts(heard[-1] if heard else after, limit=dice.choice((2, 7, 256))):
                heard += [fact.n for fact in page]
            assert heard == list(range(after + 1, told + 1))
