"""Mistakes in views, their rebuilds and the reads that wait for them."""

from __future__ import annotations

from tests.mutations.plant import WAS_REAL, mistakes

PARKING = "tests/integration/test_parking.py"
REBUILDS = "tests/integration/test_rebuilds.py"

MUTATIONS = (
    *mistakes(
        "views",
        "services/kernel/views/view_collection.py",
        (
            "a reader whose checkpoint was moved by another writes nothing",
            '"position": self.cursor.stored, "lease": self._lease}',
            '"lease": self._lease}',
            "cast views",
        ),
        (
            "a reader with an older lease writes nothing",
            '"position": self.cursor.stored, "lease": self._lease}',
            '"position": self.cursor.stored}',
            f"{PARKING} tests/integration/test_views.py",
        ),
        (
            "the checkpoint moves only behind the updates",
            '            *updates,\n            UpdateOne({"_id": self._checkpoint}, {"$max": {"position": to}}),\n',
            '            UpdateOne({"_id": self._checkpoint}, {"$max": {"position": to}}),\n            *updates,\n',
            "cast views",
        ),
        (
            "what a killed database took back in silence is applied again",
            "if position != self.cursor.stored:",
            "if position > self.cursor.stored:",
            "cast views",
        ),
        (
            "a reader that lost its lease notices a newer lease when it reads its checkpoint",
            'if int(document["lease"]) > lease:',
            'if int(document["lease"]) > lease + 10**6:',
            f"{PARKING} tests/integration/test_views.py",
        ),
    ),
    *mistakes(
        "views",
        "services/kernel/declare/view.py",
        (
            "an event that is read twice is applied once",
            'fresh = {"$lt": [{"$ifNull": [f"$_at.{log}", -1]}, guard]}',
            'fresh = {"$lte": [{"$ifNull": [f"$_at.{log}", -1]}, guard]}',
            "cast views",
        ),
    ),
    *mistakes(
        "views",
        "services/kernel/views/view_reader.py",
        (
            "a fact that fails is parked before the checkpoint passes it",
            "        self._park(collection, failed, lease)\n        return updates",
            "        return updates",
            "cast views",
        ),
        (
            "later facts of a stream wait behind a parked fact",
            "if item.guard >= collection.blocked.get(item.stream, item.guard + 1):",
            "if item.guard == collection.blocked.get(item.stream, item.guard + 1):",
            "tests/integration/test_views.py",
        ),
        (
            "a fact is parked under its own stream, and other streams go on",
            "collection.blocked.setdefault(item.stream, item.guard)\n        self._park",
            "collection.blocked.update(dict.fromkeys([one.stream for one in items], item.guard))\n        self._park",
            "tests/integration/test_views.py",
        ),
        (
            "a reader that lost the lease parks nothing",
            "            collection.claim(lease)\n            self._parking.park(",
            "            self._parking.park(",
            PARKING,
        ),
        (
            "a reader that lost the lease asks for no rebuild",
            "            self._collection(pointer.live, pointer, lease).look_again(lease)\n",
            "",
            PARKING,
        ),
        (
            "what the database refuses is parked, and all other facts are shown",
            "            if not refused_for_good(error):\n                raise\n            self._write_one_by_one",
            "            if not refused_for_good(error) or updates:\n                raise\n            self._write_one_by_one",
            PARKING,
            WAS_REAL,
        ),
        (
            "marked facts are taken again, by a rebuild",
            "return bool(self._parking.marked(self.name, pointer.live))",
            "return bool(self._parking.marked(self.name, pointer.live)) and pointer.version is None",
            "cast views",
        ),
        (
            "a view of two logs is switched only when both logs are level",
            "        for source in self._view.logs:\n",
            "        for source in [self._source.name]:\n",
            PARKING,
            WAS_REAL,
        ),
        (
            "starts while a version is being built begin no second build",
            "return pointer.next is None or pointer.version is not None",
            "return pointer.version is not None or not self._collections",
            REBUILDS,
            WAS_REAL,
        ),
        (
            "what an older release could not read is taken by the first release that can",
            "                self._parking.mark_what_can_be_read(self.name, self._source, self._view.apply, name)\n",
            "",
            PARKING,
            WAS_REAL,
        ),
        (
            "after an error a reader reads its checkpoint anew",
            "            self._collections.clear()\n            raise",
            "            raise",
            "cast views",
        ),
    ),
    *mistakes(
        "views",
        "services/kernel/views/pointers.py",
        (
            "a release builds only its own version",
            'document.get("builds", {}).get(_version_name(view)),',
            'next(iter(document.get("builds", {}).values()), None),',
            REBUILDS,
            WAS_REAL,
        ),
        (
            "a build that another has replaced does not become live",
            '{"_id": view.name, "live": pointer.live, f"builds.{of_version}": pointer.next},',
            '{"_id": view.name, "live": pointer.live},',
            REBUILDS,
        ),
        (
            "two readers that ask for a build at once get one",
            '"live": document["live"], "generation": document.get("generation")}',
            '"live": document["live"]}',
            REBUILDS,
        ),
    ),
    *mistakes(
        "views",
        "services/kernel/views/cleanup.py",
        (
            "another instance reads the former collection until it has looked at the pointer again",
            "if now - since >= KEEP_SECONDS]",
            "if now - since >= 0]",
            REBUILDS,
            WAS_REAL,
        ),
        (
            "the cleanup of one reader removes nothing that is parked for the live collection",
            "self._parking.clear(self._readers, sorted(parked - (used - retired)))",
            "self._parking.clear(self._readers, sorted(parked))",
            "cast views",
            WAS_REAL,
        ),
        (
            "a collection that a pointer names is not dropped",
            "for name in sorted(existing - used):",
            "for name in sorted(existing - used | retired):",
            REBUILDS,
        ),
    ),
    *mistakes(
        "views",
        "services/kernel/views/position_waits.py",
        (
            "a position beyond the log is refused at once",
            "if self._appended() < position and self._head.at_least(position, time.monotonic(), deadline) < position:",
            "if self._appended() < position and self._head.at_least(position, time.monotonic(), deadline) < 0:",
            "tests/integration/test_position_waits.py",
            WAS_REAL,
        ),
        (
            "at most so many reads wait",
            "            self._waiting.release()\n",
            "            self._waiting.release(2)\n",
            "tests/integration/test_position_waits.py",
        ),
    ),
    *mistakes(
        "parking",
        "services/kernel/readers/parking.py",
        (
            "a fact that fails for two instances is parked for both",
            'return "|".join([self.reader, self.log, place, self.key, *([self.collection] if self.collection else [])])',
            'return "|".join([self.reader, self.log, place, *([self.collection] if self.collection else [])])',
            "cast departure",
            WAS_REAL,
        ),
        (
            "a fact that is parked for a collection stays parked when another collection's is taken",
            '*_PLACE, "key", "collection")}',
            '*_PLACE, "key")}',
            PARKING,
            WAS_REAL,
        ),
        (
            "one instance's parked fact that is taken leaves the other instances' parked",
            '*_PLACE, "key", "collection")}',
            '*_PLACE, "collection")}',
            "cast departure",
            WAS_REAL,
        ),
        (
            "parked facts are taken again in order",
            'found.sort([(name, 1) for name in ("reader", "log", *_PLACE)])',
            'found.sort([(name, -1) for name in ("reader", "log", *_PLACE)])',
            "cast copying",
        ),
        (
            "only facts that an older release could not read are tried unasked",
            "if fact.error.startswith(_UNREAD) and not fact.retry:",
            "if not fact.retry:",
            PARKING,
        ),
        (
            "a parked fact that a restore took from the log does not stop its reader",
            "                if item is None:\n                    log.warning(",
            "                if item is None and not marked:\n                    log.warning(",
            "tests/integration/test_eraser.py",
            WAS_REAL,
        ),
    ),
)
