"""The mailbox in its own process, and its mails, read over HTTP."""

import json
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from deploy import ports
from deploy.demo.server import demo_program
from deploy.process import Program
from deploy.server import Server


class Mailbox(Server):
    """A mailbox with its data in `directory`, on loopback. Ports are any free ports unless given, and stay the same."""

    def __init__(
        self, directory: Path, smtp_port: int | None = None, http_port: int | None = None, log: Path | None = None
    ) -> None:
        self._directory, self._log = directory, log
        self.smtp_port = smtp_port or ports.any_free()
        self.http_port = http_port or ports.any_free()
        super().__init__(self.program())

    @property
    def smtp_uri(self) -> str:
        return f"smtp://{ports.HOST}:{self.smtp_port}"

    @property
    def url(self) -> str:
        return f"http://{ports.HOST}:{self.http_port}"

    def program(self) -> Program:
        listens = {"--smtp-port": self.smtp_port, "--http-port": self.http_port}
        return demo_program("mailbox", self._directory, listens, self._log)

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """The caught mails, newest first, in the form of `deploy.demo.mailbox.pages`."""
        query = f"?{urllib.parse.urlencode({'to': to})}" if to else ""
        with urllib.request.urlopen(f"{self.url}/messages{query}", timeout=5) as answer:  # noqa: S310 - our own address
            mails: list[dict[str, Any]] = json.load(answer)
        return mails
