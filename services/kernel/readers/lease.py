"""The lease of a service: of all instances, only the holder of the lease runs the readers.

The lease lasts three seconds, by the server's clock. Taking the lease is durable; the renewal each second does not wait
for the journal. Each taking raises the lease's number, and every checkpoint's compare-and-set holds this number. So a
holder that was paused and wakes up later cannot move a checkpoint. An instance that starts again under its old name
takes its own lease back at once. A stored time more than three seconds ahead was written before the server's clock was
put back, and counts as past: a dead holder would otherwise keep the lease until the clock is there again.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.kernel.base.mongo import durable, plain

LEASE_SECONDS = 3.0
RENEW_SECONDS = 1.0


class Lease:
    """The lease of one service, as seen by one instance. ``number`` is 0 while this instance does not hold the
    lease.
    """

    def __init__(self, database: Database[dict[str, Any]], instance: str, name: str = "readers") -> None:
        self._database = database
        self._durable = durable(database, "leases")
        self._plain = plain(database, "leases")
        self._instance = instance
        self._name = name
        self._until = float("-inf")
        self._contested = float("-inf")
        self.number = 0

    def contested(self) -> bool:
        """Whether another instance has asked for the lease in the last ``LEASE_SECONDS``, according to the last
        renewal.
        """
        return time.monotonic() < self._contested

    def held(self) -> bool:
        """Whether this instance may act. Uses the machine's monotonic clock, counted from before the server was
        asked.
        """
        return self.number > 0 and time.monotonic() < self._until

    def acquire_or_renew(self) -> bool:
        """Take the lease if it is free, expired, or this instance's own from before; renew a held lease. Returns
        ``held()``.

        Raises ``PyMongoError``; the lease then expires by itself.
        """
        asked = time.monotonic()
        if (self.held() and self._renewed()) or self._taken():
            self._until = asked + LEASE_SECONDS
        else:
            self.number = 0
        return self.held()

    def release(self) -> None:
        """Give the lease to the next instance at once."""
        if self.number:
            self._plain.update_one(
                {"_id": self._name, "holder": self._instance, "number": self.number},
                {"$set": {"until": self._server_time()}},
            )
            self.number = 0

    def _renewed(self) -> bool:
        now = self._server_time()
        mine = {"_id": self._name, "holder": self._instance, "number": self.number}
        until = now + timedelta(seconds=LEASE_SECONDS)
        renewed = self._plain.find_one_and_update(mine, {"$set": {"until": until}})
        if renewed is not None and _is_ahead(renewed.get("wanted", now), now):
            self._contested = time.monotonic() + RENEW_SECONDS * 2
        return renewed is not None

    def _taken(self) -> bool:
        found = self._durable.find_one({"_id": self._name})
        # The time is asked after the lease: a lease that was renewed in between would seem too far ahead.
        now = self._server_time()
        until = now + timedelta(seconds=LEASE_SECONDS)
        if found is None:
            try:
                self._durable.insert_one({"_id": self._name, "holder": self._instance, "number": 1, "until": until})
            except DuplicateKeyError:
                return False
            self.number = 1
            return True
        if found["holder"] != self._instance and _is_ahead(found["until"], now):
            wanted = found.get("wanted", now)
            if not _is_ahead(wanted, now) or wanted < now + timedelta(seconds=RENEW_SECONDS):
                self._plain.update_one({"_id": self._name}, {"$set": {"wanted": until}})
            return False
        number = int(found["number"]) + 1
        # The holder may have renewed the lease since it was read: then it has not expired.
        same = {name: found[name] for name in ("_id", "number", "holder", "until")}
        change = {"$set": {"holder": self._instance, "number": number, "until": until}}
        if self._durable.update_one(same, change).modified_count != 1:
            return False
        self.number = number
        return True

    def _server_time(self) -> datetime:
        return _server_time(self._database)


def lease_in_force(database: Database[dict[str, Any]], number: int, name: str = "readers") -> bool:
    """Whether the lease with this number is in force: neither expired nor followed by another, by the server's clock.

    Call this before an outside action that cannot be taken back: a process that was paused believes ``held()`` until it
    looks at a clock. The process can be paused again between the answer and the action. Only a receiver that checks the
    number closes this gap. Raises ``PyMongoError``.
    """
    found = plain(database, "leases").find_one({"_id": name})
    now = _server_time(database)  # after the lease, which may be renewed in between
    return found is not None and int(found["number"]) == number and _is_ahead(found["until"], now)


def _is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether the stored moment has not come yet. No moment of a lease is stored further ahead than
    ``LEASE_SECONDS``.
    """
    return now < moment <= now + timedelta(seconds=LEASE_SECONDS)


def holder_of(database: Database[dict[str, Any]], name: str = "readers") -> str | None:
    """The instance whose lease is in force, None without one: a service that runs holds a lease. Raises
    ``PyMongoError``.
    """
    lease = durable(database, "leases").find_one({"_id": name})
    return str(lease["holder"]) if lease is not None and lease["until"] > _server_time(database) else None


def _server_time(database: Database[dict[str, Any]]) -> datetime:
    moment = database.client.admin.command("hello")["localTime"]
    if not isinstance(moment, datetime):
        raise TypeError("the server does not tell its time")
    # Commands are answered without the client's codec, so this time is naive, and UTC by definition.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
