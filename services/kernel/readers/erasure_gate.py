"""Closed from a service's start until all erasures are repeated: until then restored keys could open what was erased.

The eraser of this process says so itself. An instance that stands by runs no eraser: it looks whether the eraser under
the present lease has said so. A backup cannot open the gate: whoever starts after a restore takes the lease, and so
raises the number that the eraser's word must name.
"""

from __future__ import annotations

import time
from typing import Any

from pymongo.database import Database

from services.kernel.base.mongo import durable
from services.kernel.base.problem import Unavailable
from services.kernel.readers.eraser import Eraser
from services.kernel.readers.lease import lease_in_force

LOOK_SECONDS = 0.25


class ErasureGate:
    """The gate of one process; always open for a service without an eraser."""

    def __init__(self, database: Database[dict[str, Any]], eraser: Eraser | None) -> None:
        self._database = database
        self._leases = durable(database, "leases")
        self._eraser = eraser
        self._open = eraser is None
        self._looked = float("-inf")

    def is_open(self) -> bool:
        """Whether people's data may be opened for a request. Raises ``PyMongoError`` while the gate is closed and the
        database is away.
        """
        if not self._open:
            self._open = (self._eraser is not None and self._eraser.repeated) or self._repeated_elsewhere()
        return self._open

    def require_open(self) -> None:
        """Raises ``Unavailable`` while the gate is closed, and ``PyMongoError``."""
        if not self.is_open():
            raise Unavailable("The erasures are being repeated. Ask again in a moment.")

    def _repeated_elsewhere(self) -> bool:
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return False
        self._looked = time.monotonic()
        noted = self._leases.find_one({"_id": Eraser.name})
        return noted is not None and lease_in_force(self._database, int(noted["number"]))
