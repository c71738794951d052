"""One collection of a view, as the reader of one log writes it: one ordered bulk per batch.

The bulk begins with a compare-and-set on the checkpoint document (the position and lease that were read), continues
with the guarded updates, and ends with the checkpoint's move. The compare-and-set is an upsert that can never insert: a
stale reader gets an error and the bulk stops, even if a crash has removed the checkpoint document together with the
view's first entries. The bulk does not wait for the journal: after a crash of the database the move is never stored
without the updates before it. Measured: as separate writes, 176 of 17,580 updates were lost in 20 kills; in one bulk, 0
of 48,240.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.kernel.base.mongo import plain
from services.kernel.declare.view import CHECKPOINT
from services.kernel.readers.cursor import Cursor
from services.kernel.readers.reader import LostCheckpoint

log = logging.getLogger(__name__)
NEVER = "_never"
"""An upsert that sets another ``_id`` than it matches is refused (error 66): a compare-and-set that inserts nothing."""
LOOK_SECONDS = 1.0


class ViewCollection:
    """``blocked`` maps a key to the guard of its first parked fact: later facts of the key wait behind it.

    Raises ``LostCheckpoint`` if a newer lease or another reader has moved the checkpoint.
    """

    def __init__(self, database: Database[dict[str, Any]], name: str, log_name: str, lease: int) -> None:
        self.name = name
        self.blocked: dict[str, int] = {}
        self._documents = plain(database, name)
        self._checkpoint = f"{CHECKPOINT}.{log_name}"
        position, self._lease = self._read(lease)
        self.cursor = Cursor(position)
        self._looked = time.monotonic()
        if self._lease < lease:
            self.claim(lease)  # from here on nobody with an older lease parks a fact that this reader does not know of

    def look_again(self, lease: int) -> None:
        """Read the checkpoint again. Raises ``LostCheckpoint`` if it is not where this reader left it.

        A database that was killed while nothing happened silently loses a view's last moments. Without new updates no
        compare-and-set would notice the loss.
        """
        position, held = self._read(lease)
        if position != self.cursor.stored:
            log.warning("the database has taken updates back", extra={"collection": self.name})
            raise LostCheckpoint(self.name)
        self._lease = held
        self._looked = time.monotonic()

    def look_again_when_idle(self, lease: int) -> None:
        """``look_again``, at most once a second."""
        if self.cursor.stored == self.cursor.finished and time.monotonic() - self._looked >= LOOK_SECONDS:
            self.look_again(lease)

    def claim(self, lease: int) -> None:
        """Make sure that this reader still holds the checkpoint, before a write elsewhere."""
        self.write(lease, [], self.cursor.stored)

    def write(self, lease: int, updates: Sequence[UpdateOne], to: int) -> None:
        """Write the updates and move the checkpoint to ``to``, in one bulk.

        Raises ``PyMongoError`` and what the driver's encoder raises; a part of the updates may be written then, and may
        be written again.
        """
        same = {"_id": self._checkpoint, "position": self.cursor.stored, "lease": self._lease}
        bulk = [
            UpdateOne(same, {"$set": {"lease": lease}, "$setOnInsert": {"_id": NEVER}}, upsert=True),
            *updates,
            UpdateOne({"_id": self._checkpoint}, {"$max": {"position": to}}),
        ]
        try:
            self._documents.bulk_write(bulk, ordered=True)
        except BulkWriteError as error:
            if any(refused["index"] == 0 for refused in error.details["writeErrors"]):
                raise LostCheckpoint(self.name) from error
            raise
        self._lease = lease
        self._looked = time.monotonic()
        self.cursor.store(to)

    def _read(self, lease: int) -> tuple[int, int]:
        """The stored position and lease. Raises ``LostCheckpoint`` for a newer lease."""
        document = self._documents.find_one({"_id": self._checkpoint})
        if document is None:
            document = self._begun()
        if int(document["lease"]) > lease:
            raise LostCheckpoint(self.name)
        return int(document["position"]), int(document["lease"])

    def _begun(self) -> dict[str, Any]:
        """Create the checkpoint document of an empty view, also after a crash has removed the document."""
        document = {"_id": self._checkpoint, "position": 0, "lease": 0}
        with contextlib.suppress(DuplicateKeyError):
            self._documents.insert_one(document)
        return document
