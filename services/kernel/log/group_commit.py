"""Appends that wait together are sent as one ordered ``insert_many``, with consecutive positions.

After each attempt the writer looks at what the log holds, and does not trust what was sent:

* a commit that fails on ``(stream, events.version)`` is a conflict of its own command only; the others get new numbers;
* after any refusal the next position is read anew, by majority. The writer never counts on from a position that another
  process took: a position that was seen only on a lost primary would leave a gap for ever;
* after a lost connection the log is asked for each ``command_id``. A missing commit is sent again with the same ids, and
  the unique indexes decide if the first attempt still arrives.

Every append that is taken from the queue has a result when its batch ends, whatever was raised meanwhile:
``_taken_batch`` alone takes appends, and gives ``Unknown`` to those that are left.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError

from services.kernel.base.mongo import DUPLICATE_KEY, outcome_unknown, refuses_all_writes
from services.kernel.base.pause import Backoff, jittered
from services.kernel.log.commit_document import same_append
from services.kernel.log.log import Append, Commit, Conflict, Duplicate, LogError, NotStored, Unknown

BATCH_COMMITS = 256
BATCH_BYTES = 8_000_000
ANSWER_SECONDS = 5.0
WRITE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Head:
    """The last commit's position, and the number of the last fact up to this commit."""

    position: int
    last_fact: int


@dataclass
class PendingAppend:
    """An append that is being written, and its result."""

    append: Append
    document: dict[str, Any]
    size: int
    commit: Commit | None = None
    error: LogError | None = None
    deadline: float = field(default_factory=lambda: time.monotonic() + ANSWER_SECONDS)

    @property
    def settled(self) -> bool:
        """Whether the append has a result."""
        return self.commit is not None or self.error is not None


class GroupCommit:
    """The writer of one log in one process. The first waiting thread writes the appends of all waiting threads.

    ``head`` reads the last commit that a majority has. ``commit_of`` turns a document into its commit. ``appended`` is
    called with each durable commit of this process, in order.
    """

    def __init__(
        self,
        commits: Collection[dict[str, Any]],
        head: Callable[[], Head],
        commit_of: Callable[[dict[str, Any]], Commit],
        appended: Callable[[Commit], None],
    ) -> None:
        self._commits = commits
        self._head = head
        self._commit_of = commit_of
        self._appended = appended
        self._queue: deque[PendingAppend] = deque()
        self._gate = threading.Lock()
        self._writer = threading.Lock()
        self._own: Head | None = None

    def append(self, waiting: PendingAppend) -> Commit:
        """Wait, write the batch or let another thread write it, and return the commit. Raises the errors of
        ``EventLog.append``.
        """
        with self._gate:
            self._queue.append(waiting)
        # A thread with hardly any time left does not begin a batch, because its end would be the end of all in the batch.
        latest_begin = waiting.deadline - WRITE_SECONDS
        while not waiting.settled:
            if not self._writer.acquire(timeout=max(0.0, latest_begin - time.monotonic())):
                self._leave(waiting)
                raise Unknown(waiting.append.command_id)
            try:
                if not waiting.settled:
                    with self._taken_batch() as batch:
                        self._write(batch, waiting.deadline)
            finally:
                self._writer.release()
        if waiting.commit is None:
            raise waiting.error or Unknown(waiting.append.command_id)
        return waiting.commit

    def _leave(self, waiting: PendingAppend) -> None:
        with self._gate:
            if waiting in self._queue:
                self._queue.remove(waiting)

    @contextmanager
    def _taken_batch(self) -> Iterator[list[PendingAppend]]:
        """The next batch, taken from the queue. At the end of the block, also after an error, each append of the batch
        has a result: whoever left an append without one did not learn its outcome.
        """
        batch = self._take_batch()
        try:
            yield batch
        finally:
            for waiting in batch:
                if not waiting.settled:
                    waiting.error = Unknown(waiting.append.command_id)

    def _take_batch(self) -> list[PendingAppend]:
        """The waiting appends, up to the limits of a batch."""
        batch: list[PendingAppend] = []
        size = 0
        with self._gate:
            while self._queue and len(batch) < BATCH_COMMITS and size + self._queue[0].size <= BATCH_BYTES:
                waiting = self._queue.popleft()
                size += waiting.size
                batch.append(waiting)
        return batch

    def _write(self, batch: list[PendingAppend], deadline: float) -> None:
        """Give each append of the batch its result, within the writing thread's own deadline. The caller holds the
        writer's lock.
        """
        unsettled = batch
        while unsettled and time.monotonic() < deadline:
            try:
                unsettled = self._attempt(unsettled)
            except PyMongoError as error:
                if not outcome_unknown(error):
                    for waiting in (one for one in unsettled if not one.settled):
                        waiting.error = _refusal(error, getattr(error, "code", None))
                    return
                unsettled = self._after_silence(unsettled, deadline)

    def _attempt(self, batch: list[PendingAppend]) -> list[PendingAppend]:
        """Send the batch once; returns the appends that must be sent again. Raises ``PyMongoError`` if the outcome is
        unknown.
        """
        last, self._own = self._own or self._head(), None
        numbered = []
        for waiting in batch:
            document = _numbered(waiting.document, last)
            last = Head(document["position"], document["last_fact"])
            numbered.append(document)
        try:
            self._commits.insert_many(numbered, ordered=True)
        except BulkWriteError as error:
            if error.details.get("writeConcernErrors") or not error.details.get("writeErrors"):
                return self._asked(batch)
            refused = error.details["writeErrors"][0]
            index = refused["index"]
            self._settle(batch[:index], numbered[:index])
            if refused["code"] != DUPLICATE_KEY:
                batch[index].error = _refusal(refused.get("errmsg", "refused"), refused["code"])
                return batch[index + 1 :]
            return self._refused(batch[index], refused.get("keyPattern", {})) + batch[index + 1 :]
        self._settle(batch, numbered)
        self._own = last
        return []

    def _settle(self, batch: list[PendingAppend], numbered: list[dict[str, Any]]) -> None:
        for waiting, document in zip(batch, numbered, strict=True):
            waiting.commit = self._commit_of(document)
            self._appended(waiting.commit)

    def _refused(self, waiting: PendingAppend, key: dict[str, Any]) -> list[PendingAppend]:
        """Handle the refusal by a unique key: a duplicate of this append, another outcome of the command, a conflict,
        or a taken position.

        The server chooses which of several violated keys it reports, so the command id is looked up first.
        """
        unsettled = self._asked([waiting])
        if unsettled and "stream" in key:
            waiting.error = Conflict(waiting.append.stream)
            return []
        if unsettled and "events.id" in key:
            waiting.error = LogError("an event id was used twice")
            return []
        if unsettled:
            # Another process took the position. A majority may not have its commit yet, so wait a moment.
            time.sleep(jittered(0.01, low=0.1))
        return unsettled

    def _asked(self, batch: list[PendingAppend]) -> list[PendingAppend]:
        """Look up each command in the log; returns the appends whose command is unknown."""
        wanted = [waiting.append.command_id for waiting in batch]
        found = {document["command_id"]: document for document in self._commits.find({"command_id": {"$in": wanted}})}
        unsettled = []
        for waiting in batch:
            document = found.get(waiting.append.command_id)
            if document is None:
                unsettled.append(waiting)
            elif same_append(document, waiting.document):
                waiting.commit = self._commit_of(document)
                self._appended(waiting.commit)
            else:
                waiting.error = Duplicate(self._commit_of(document))
        return unsettled

    def _after_silence(self, batch: list[PendingAppend], deadline: float) -> list[PendingAppend]:
        """Look up the batch after a lost connection, until the database answers or the deadline passes."""
        backoff = Backoff(0.02, 0.5)
        while time.monotonic() < deadline:
            try:
                return self._asked(batch)
            except PyMongoError as error:
                if not outcome_unknown(error):
                    raise
                time.sleep(backoff.next())
        return batch


def _refusal(why: object, code: int | None) -> LogError:
    """The error of an append that the database has refused: ``NotStored`` if the database refuses all writes now."""
    return NotStored(str(why)) if refuses_all_writes(code) else LogError(str(why))


def _numbered(document: dict[str, Any], last: Head) -> dict[str, Any]:
    """The document with the next position, and its facts with the next numbers."""
    facts = [{"n": last.last_fact + 1 + offset, **fact} for offset, fact in enumerate(document["facts"])]
    position = last.position + 1
    return document | {"_id": position, "position": position, "facts": facts, "last_fact": last.last_fact + len(facts)}
