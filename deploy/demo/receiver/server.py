"""The receiver in its own process."""

from pathlib import Path

from deploy import ports
from deploy.demo.server import demo_program
from deploy.process import Program
from deploy.server import Server


class ReceiverServer(Server):
    """A receiver with its data in `directory`, on loopback. The port is any free port unless given, and stays the same.

    `url` is the base of the partners' addresses.
    """

    def __init__(self, directory: Path, port: int | None = None, log: Path | None = None) -> None:
        self._directory, self._log = directory, log
        self.port = port or ports.any_free()
        super().__init__(self.program())

    @property
    def url(self) -> str:
        return f"http://{ports.HOST}:{self.port}"

    def program(self) -> Program:
        return demo_program("receiver", self._directory, {"--port": self.port}, self._log)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which webhooks may go to this server, and by which the story finds it."""
        return {"WEBHOOK_ALLOW": ports.HOST, "RECEIVER_URL": self.url}
