"""The server in its own process."""

from pathlib import Path

from deploy import ports
from deploy.demo.server import demo_program
from deploy.process import Program
from deploy.server import Server

TOKEN = "8027:only-on-this-machine"  # noqa: S105 - no secret: this server is on loopback and knows no other bot


class TelegramServer(Server):
    """A Telegram with its data in `directory`, on loopback. The port is any free port unless given, and stays the same.

    `url` is the base address of the API and of the pages.
    """

    token = TOKEN

    def __init__(self, directory: Path, port: int | None = None, log: Path | None = None) -> None:
        self._directory, self._log = directory, log
        self.port = port or ports.any_free()
        super().__init__(self.program())

    @property
    def url(self) -> str:
        return f"http://{ports.HOST}:{self.port}"

    def program(self) -> Program:
        return demo_program("telegram", self._directory, {"--port": self.port}, self._log)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which services and gateway use this server."""
        return {"TELEGRAM_API": self.url, "TELEGRAM_TOKEN": self.token}
