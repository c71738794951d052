"""Appends that wait together go out as one ordered ``insert_many``, with consecutive positions.

What comes back is judged by what stands, never by what was sent:

* a commit that fails on ``(stream, events.version)`` is a conflict of its own command only; the rest is renumbered;
* after any refusal the next position is read anew, by majority, never counted on from a position somebody else took:
  a position that was only ever seen on a primary that is gone would leave a gap for ever;
* after a lost connection the log is asked for each ``command_id``; what is absent is sent again with the same ids, and
  the unique indexes decide if the first try still arrives.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError

from services.kernel.base.mongo import outcome_unknown
from services.kernel.log.commit_document import same_append
from services.kernel.log.log import Append, Commit, Conflict, Duplicate, LogError, Unknown

BATCH_COMMITS = 256
BATCH_BYTES = 8_000_000
ANSWER_SECONDS = 5.0
DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class Head:
    """The last commit's position, and the number of the last fact told up to it."""

    position: int
    last_fact: int


@dataclass
class Waiting:
    """An append on its way, and what became of it."""

    append: Append
    document: dict[str, Any]
    size: int
    commit: Commit | None = None
    error: LogError | None = None
    entered: float = field(default_factory=time.monotonic)

    @property
    def settled(self) -> bool:
        """Whether its caller can be answered."""
        return self.commit is not None or self.error is not None


class GroupCommit:
    """The writer of one log in one process. Whoever comes first writes for all who wait with him.

    ``head`` reads the last commit that a majority has; ``made`` turns a document into its commit; ``stands`` is told of
    every commit of ours that is durable, in order.
    """

    def __init__(
        self,
        commits: Collection[dict[str, Any]],
        head: Callable[[], Head],
        made: Callable[[dict[str, Any]], Commit],
        stands: Callable[[Commit], None],
    ) -> None:
        self._commits = commits
        self._head = head
        self._made = made
        self._told = stands
        self._queue: deque[Waiting] = deque()
        self._gate = threading.Lock()
        self._writer = threading.Lock()
        self._own: Head | None = None

    def append(self, waiting: Waiting) -> Commit:
        """Wait in line, write or be written, and answer. Raises what ``EventLog.append`` raises."""
        with self._gate:
            self._queue.append(waiting)
        deadline = waiting.entered + ANSWER_SECONDS
        while not waiting.settled:
            if not self._writer.acquire(timeout=max(0.0, deadline - time.monotonic())):
                self._leave(waiting)
                raise Unknown(waiting.append.command_id)
            try:
                if not waiting.settled:
                    self._write(self._together())
            finally:
                self._writer.release()
        if waiting.commit is None:
            raise waiting.error or Unknown(waiting.append.command_id)
        return waiting.commit

    def _leave(self, waiting: Waiting) -> None:
        with self._gate:
            if waiting in self._queue:
                self._queue.remove(waiting)

    def _together(self) -> list[Waiting]:
        """The next batch: what waits, up to its limits."""
        batch: list[Waiting] = []
        size = 0
        with self._gate:
            while self._queue and len(batch) < BATCH_COMMITS and size + self._queue[0].size <= BATCH_BYTES:
                waiting = self._queue.popleft()
                size += waiting.size
                batch.append(waiting)
        return batch

    def _write(self, batch: list[Waiting]) -> None:
        """Settle every append of the batch. The writer's lock is held."""
        deadline = time.monotonic() + ANSWER_SECONDS
        unsettled = batch
        while unsettled:
            try:
                unsettled = self._attempt(unsettled)
            except PyMongoError as error:
                if not outcome_unknown(error):
                    self._give_up(unsettled, LogError(str(error)))
                    raise
                unsettled = self._after_silence(unsettled, deadline)
            if unsettled and time.monotonic() >= deadline:
                self._give_up(unsettled, Unknown("no answer in time"))
                return

    def _attempt(self, batch: list[Waiting]) -> list[Waiting]:
        """Send once; answers what must be sent again. Raises ``PyMongoError`` when nobody knows what happened."""
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
            self._stands(batch[:index], numbered[:index])
            if refused["code"] != DUPLICATE_KEY:
                batch[index].error = LogError(refused.get("errmsg", "refused"))
                return batch[index + 1 :]
            return self._refused(batch[index], refused.get("keyPattern", {})) + batch[index + 1 :]
        self._stands(batch, numbered)
        self._own = last
        return []

    def _stands(self, batch: list[Waiting], numbered: list[dict[str, Any]]) -> None:
        for waiting, document in zip(batch, numbered, strict=True):
            waiting.commit = self._made(document)
            self._told(waiting.commit)

    def _refused(self, waiting: Waiting, key: dict[str, Any]) -> list[Waiting]:
        """A unique key refused it: ours already, another's, a conflict, or only a position that is taken.

        Which of several violated keys is reported is the server's choice, so the command is asked for first.
        """
        unsettled = self._asked([waiting])
        if unsettled and "stream" in key:
            waiting.error = Conflict(waiting.append.stream)
            return []
        if unsettled and "events.id" in key:
            waiting.error = LogError("an event id was used twice")
            return []
        if unsettled:
            # Another process took the position. Its commit may not be a majority's yet; give it a moment.
            time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - jitter, not a secret
        return unsettled

    def _asked(self, batch: list[Waiting]) -> list[Waiting]:
        """Ask the log for each command; answers those it does not know."""
        wanted = [waiting.append.command_id for waiting in batch]
        found = {document["command_id"]: document for document in self._commits.find({"command_id": {"$in": wanted}})}
        unsettled = []
        for waiting in batch:
            document = found.get(waiting.append.command_id)
            if document is None:
                unsettled.append(waiting)
            elif same_append(document, waiting.document):
                waiting.commit = self._made(document)
                self._told(waiting.commit)
            else:
                waiting.error = Duplicate(self._made(document))
        return unsettled

    def _after_silence(self, batch: list[Waiting], deadline: float) -> list[Waiting]:
        """The connection was lost: ask until somebody answers or the deadline passes."""
        pause = 0.02
        while time.monotonic() < deadline:
            try:
                return self._asked(batch)
            except PyMongoError as error:
                if not outcome_unknown(error):
                    raise
                time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, 0.5)
        return batch

    @staticmethod
    def _give_up(batch: Sequence[Waiting], error: LogError) -> None:
        for waiting in batch:
            if not waiting.settled:
                waiting.error = error


def _numbered(document: dict[str, Any], last: Head) -> dict[str, Any]:
    """The document under the next position, its facts under the next numbers."""
    facts = [{"n": last.last_fact + 1 + offset, **fact} for offset, fact in enumerate(document["facts"])]
    position = last.position + 1
    return document | {"_id": position, "position": position, "facts": facts, "last_fact": last.last_fact + len(facts)}
