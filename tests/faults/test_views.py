"""Schedule B1: a view and its checkpoint while the database is killed under them."""

import threading
import time
from typing import Any

import pytest
from pymongo.database import Database

from deploy.database import Database as DatabaseServer
from services.kernel.base.mongo import connect
from services.kernel.log.mongo_log import MongoLog
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import CommitSource
from services.kernel.views.view_reader import ViewReader
from services.kernel.views.view_store import Views
from tests.support.sample_domain import REGISTRY, SHELVES, append

KILLS = 6
COMMITS = 1200


def test_no_update_is_missing_behind_a_checkpoint_however_often_the_database_is_killed(
    mongodb_uri: str, database: Database[dict[str, Any]], database_server: DatabaseServer
) -> None:
    own = connect(mongodb_uri)[database.name]
    log = MongoLog("shelves", own, REGISTRY)
    log.prepare()
    _fill(log, 0, COMMITS)
    views = Views(own, [SHELVES])
    views.prepare()
    stop = threading.Event()
    steps: list[int] = []

    def read() -> None:
        reader = ViewReader(SHELVES, _Small(CommitSource(log, REGISTRY, log.bell)), views, own, Parking(own))
        while not stop.is_set():
            try:
                if reader.step(1):
                    steps.append(1)
                    time.sleep(0.004)
            except Exception:  # noqa: BLE001 - as the runner does: begin again at the checkpoint
                time.sleep(0.02)

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(KILLS):
        before = len(steps)
        _until(lambda before=before: len(steps) >= before + 12 or _done(views), "some steps")
        database_server.kill()
        database_server.start()
    _until(lambda: _done(views), "the view to be level")
    stop.set()
    thread.join(60)
    shown = {document["_id"]: document["count"] for document in _everything(views)}
    assert shown == {str(n % 40): COMMITS // 40 * 2 for n in range(40)}


class Alone:
    """A log, a view of it, and the view's reader, stepped by hand."""

    def __init__(self, own: Database[dict[str, Any]], server: DatabaseServer) -> None:
        self._server = server
        self.log = MongoLog("shelves", own, REGISTRY)
        self.log.prepare()
        self.views = Views(own, [SHELVES])
        self.views.prepare()
        self.reader = ViewReader(
            SHELVES, CommitSource(self.log, REGISTRY, self.log.bell), self.views, own, Parking(own)
        )

    def level(self) -> bool:
        """Step to the end; False where it was interrupted: then, as the runner does, begin again at the checkpoint."""
        try:
            while self.reader.step(1):
                pass
            return self.views.position(SHELVES) == self.log.head()
        except Exception:  # noqa: BLE001 - whatever a step raises is a pause
            return False

    def kill_the_database(self) -> None:
        self._server.kill()
        self._server.start()
        _until(lambda: _answers(self.views), "the database")


@pytest.fixture
def alone(mongodb_uri: str, database: Database[dict[str, Any]], database_server: DatabaseServer) -> Alone:
    return Alone(connect(mongodb_uri)[database.name], database_server)


def test_a_view_is_whole_again_after_a_kill_in_silence(alone: Alone) -> None:
    """Nothing is under way when the database dies, and nothing is told afterwards: nobody's write is refused."""
    taken_back = 0
    for n in range(3):
        alone.log.append(append("shelf-a", n, f"t{n}"))
        _until(alone.level, "the view to be level")
        alone.kill_the_database()
        taken_back += alone.views.position(SHELVES) < alone.log.head()
        _until(alone.level, "the view to be whole again", 10)
        assert (alone.views.get(SHELVES, "a") or {})["count"] == n + 1
    print(f"taken back after {taken_back} of 3 kills")


def test_a_kill_that_undoes_a_views_first_checkpoint_loses_nothing(alone: Alone) -> None:
    """Were the checkpoint's own document taken back too, the next compare-and-set would create it where the reader stood."""
    alone.log.append(append("shelf-a", 0, "first"))
    assert alone.reader.step(1) == 1
    alone.kill_the_database()
    alone.log.append(append("shelf-a", 1, "second"))
    _until(alone.level, "the view to be level")
    assert (alone.views.get(SHELVES, "a") or {})["count"] == 2


class _Small:
    """A source in small batches, so that many bulks are under way when the database dies."""

    def __init__(self, source: CommitSource) -> None:
        self._source = source
        self.name = source.name

    def batch(self, after: int, limit: int = 8) -> Any:
        return self._source.batch(after, min(limit, 8))

    def head(self) -> int:
        return self._source.head()

    def bell(self) -> Any:
        return self._source.bell()


def _fill(log: MongoLog, start: int, end: int) -> None:
    """Two events a commit, over 40 shelves, written by several at once."""

    def write(shelf: int) -> None:
        for n in range(start, end):
            if n % 40 == shelf:
                log.append(append(f"shelf-{shelf}", n // 40 * 2, f"a{n}", f"b{n}"))

    threads = [threading.Thread(target=write, args=(shelf,)) for shelf in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def _done(views: Views) -> bool:
    try:
        return views.position(SHELVES) == COMMITS
    except Exception:  # noqa: BLE001 - the database is away
        return False


def _answers(views: Views) -> bool:
    try:
        views.position(SHELVES)
    except Exception:  # noqa: BLE001 - not yet
        return False
    return True


def _everything(views: Views) -> list[dict[str, Any]]:
    return views.find(SHELVES, limit=100).items


def _until(condition: Any, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.01)
