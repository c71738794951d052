"""The journal from which the chats are read again after a crash: one line per step, on the disk before the answer."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.demo.telegram.chats import Chats


class Store:
    """The journal of `directory` and its chats. One process per folder; for one thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / "journal.jsonl"
        self.chats = Chats()
        whole = 0
        if self._path.exists():
            for line in self._path.read_bytes().splitlines(keepends=True):
                if not line.endswith(b"\n"):  # cut off by a crash, so never answered
                    break
                whole += len(line)
                for change in json.loads(line):
                    self.chats.apply(change)
            os.truncate(self._path, whole)

    def keep(self, *changes: Mapping[str, Any]) -> None:
        """Make these changes, all or none; they are on the disk when this returns. Raises `OSError` if they cannot be
        stored.
        """
        line = json.dumps(changes, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._path.open("ab") as file:
            before = file.tell()
            try:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(self._path, before)
                raise
        for change in json.loads(line):  # apply the stored form, not objects that the caller still holds
            self.chats.apply(change)
