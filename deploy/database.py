"""A private server that speaks MongoDB's protocol, for trying and testing: SecantusDB, in its own process.

SecantusDB is never imported, because it is GPL-2.0 and beta. Real data belongs on MongoDB 7 or later.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from deploy import ports
from deploy.errors import CommandError, from_os_error
from deploy.process import Program
from deploy.server import Server

COMMAND = "secantusd-py"


def installed() -> Path | None:
    """The server's command, beside this Python or on the path; None if it is not installed."""
    beside = Path(sys.executable).parent / COMMAND
    if beside.exists():
        return beside
    found = shutil.which(COMMAND)
    return Path(found) if found else None


class Database(Server):
    """A server with its data in `directory`, on loopback. `port` is any free port unless given, and stays the same."""

    def __init__(
        self, directory: Path, port: int | None = None, log: Path | None = None, cache_size: str = "128M"
    ) -> None:
        command = installed()
        if command is None:
            raise CommandError("SecantusDB is not installed: 'make install', or point MONGODB_URI at a MongoDB.")
        self._command = command
        self._directory = directory.absolute()
        self._log = log or self._directory / "database.log"
        self._cache_size = cache_size
        self.port = port or ports.any_free()
        self._prepare()
        super().__init__(self.program())

    @property
    def uri(self) -> str:
        return f"mongodb://{ports.HOST}:{self.port}/"

    def program(self) -> Program:
        return Program(
            name="database",
            argv=(
                *(str(self._command), "--config", str(self._directory / "secantusd.toml")),
                *("--host", ports.HOST, "--port", str(self.port)),
                *("--storage-path", str(self._directory / "data")),
                *("--cache-size", self._cache_size, "--log-level", "WARNING"),
            ),
            log=self._log,
            ready=self.ready,
            ready_within=30,
            stop_within=15,
        )

    def ready(self) -> bool:
        """Whether the server is a primary that answers now."""
        if not ports.accepts(self.port)():
            return False
        try:
            client: pymongo.MongoClient[dict[str, Any]]
            with pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=1000, timeoutMS=1000) as client:
                return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False

    def _prepare(self) -> None:
        # With an empty configuration of its own the server does not read a configuration in the home folder or /etc.
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            (self._directory / "secantusd.toml").touch()
        except OSError as error:
            raise from_os_error(error, f"preparing the database in {self._directory}") from error
