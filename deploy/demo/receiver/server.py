"""The receiver in its own process."""

import sys
from pathlib import Path

from deploy import ports
from deploy.process import Program
from deploy.server import Server


class ReceiverServer(Server):
    """A receiver with its data in `directory`, on loopback. The port is any free port unless given, and stays the
    same.
    """

    def __init__(self, directory: Path, port: int | None = None, log: Path | None = None) -> None:
        self._directory = directory.absolute()
        self._log = log or self._directory / "receiver.log"
        self.port = port or ports.any_free()
        super().__init__(self.program())

    @property
    def url(self) -> str:
        """The base of the partners' addresses."""
        return f"http://{ports.HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which webhooks may go to this server, and by which the story finds it."""
        return {"WEBHOOK_ALLOW": ports.HOST, "RECEIVER_URL": self.url}

    def program(self) -> Program:
        root = str(Path(__file__).resolve().parents[3])
        return Program(
            name="receiver",
            argv=(
                *(sys.executable, "-m", "deploy.demo.receiver"),
                *("--directory", str(self._directory), "--port", str(self.port)),
            ),
            log=self._log,
            environment={"PYTHONPATH": root},
            ready=ports.accepts(self.port),
            ready_within=20,
        )
