"""The server in its own process."""

import sys
from pathlib import Path

from deploy import ports
from deploy.process import Program
from deploy.server import Server

TOKEN = "8027:only-on-this-machine"  # noqa: S105 - no secret: this server is on loopback and knows no other bot


class TelegramServer(Server):
    """A server with its data in `directory`, on loopback. The port is any free port unless given, and stays the
    same.
    """

    token = TOKEN

    def __init__(self, directory: Path, port: int | None = None, log: Path | None = None) -> None:
        self._directory = directory.absolute()
        self._log = log or self._directory / "telegram.log"
        self.port = port or ports.any_free()
        super().__init__(self.program())

    @property
    def url(self) -> str:
        """The base address of the API and of the pages."""
        return f"http://{ports.HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which services and gateway use this server."""
        return {"TELEGRAM_API": self.url, "TELEGRAM_TOKEN": self.token}

    def program(self) -> Program:
        root = str(Path(__file__).resolve().parents[3])
        return Program(
            name="telegram",
            argv=(
                *(sys.executable, "-m", "deploy.demo.telegram"),
                *("--directory", str(self._directory), "--port", str(self.port)),
            ),
            log=self._log,
            environment={"PYTHONPATH": root},
            ready=ports.accepts(self.port),
            ready_within=20,
        )
