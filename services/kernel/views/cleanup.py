"""Drops the collections of a view that nobody uses any more, and what was parked for them.

A collection that was live is dropped ``KEEP_SECONDS`` after the switch: another instance may have read the pointer
before the switch. Every step may be repeated, by several instances at once. What may be removed is found in this order:
first the existing names are listed, then the pointer is read. A pointer names a collection before the collection is
created, and a name is never used twice, so a name that existed and is not in the pointer is not used again. What was
parked for a collection is removed as soon as the collection is no longer live, and once more when it is dropped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from pymongo.database import Database

from services.kernel.base.mongo import TIMEOUT_MILLISECONDS
from services.kernel.declare.view import View
from services.kernel.readers.parking import Parking
from services.kernel.views.pointers import POINTER_SECONDS, Pointer, Pointers

log = logging.getLogger(__name__)
KEEP_SECONDS = POINTER_SECONDS + TIMEOUT_MILLISECONDS / 1000 + 4.0
"""A pointer is believed for a second, and an operation that used the pointer ends within five; the rest is reserve."""


class Cleanup:
    """The cleanup of one view, as its reader in this process does it: under each new lease and after each switch."""

    def __init__(
        self,
        view: View[Any],
        pointers: Pointers,
        database: Database[dict[str, Any]],
        parking: Parking,
        readers: Sequence[str],
    ) -> None:
        self._view = view
        self._pointers = pointers
        self._database = database
        self._parking = parking
        self._readers = readers
        self._done_for: tuple[int, str] | None = None
        self._retired_since: dict[str, float] = {}

    def step(self, pointer: Pointer, lease: int) -> None:
        """Remove what is not used any more. Asks the database nothing while lease and live collection are the same."""
        if self._done_for != (lease, pointer.live):
            self._remove_unused()
            self._done_for = (lease, pointer.live)
        now = time.monotonic()
        self._retired_since = {name: self._retired_since.get(name, now) for name in pointer.retired}
        old = [name for name, since in self._retired_since.items() if now - since >= KEEP_SECONDS]
        if old:
            for name in old:
                self._database.drop_collection(name)
            self._parking.clear(self._readers, old)
            self._pointers.forget_retired(self._view, old)

    def _remove_unused(self) -> None:
        existing = self._pointers.collections(self._view)
        parked = self._parking.collections(self._readers)
        used, retired = self._pointers.used(self._view)
        for name in sorted(existing - used):
            log.info("dropped", extra={"collection": name})
            self._database.drop_collection(name)
        self._parking.clear(self._readers, sorted(parked - (used - retired)))
