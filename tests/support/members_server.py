"""A small server that plays members for a notifications service, and the mail that its people get."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deploy.demo.mailbox.server import Mailbox
from services.kernel.base.message import Fact
from services.kernel.bus.envelope import envelope
from services.kernel.declare.policy import Actor, ActorSignature
from tests.support.sample_community import SIGNATURE


class MembersServer:
    """Answers ``/internal/people`` as members does, and ``/internal/feed`` with the facts given to ``tell``."""

    def __init__(self, signature: ActorSignature = SIGNATURE) -> None:
        self.told: list[Fact] = []
        self.signature = signature
        self.people: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.actors: list[Actor] = []
        self.down = False
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the name that http.server calls
                status, body = server.answer(self.path, self.headers.get(ActorSignature.HEADER))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def tell(self, fact: Fact) -> None:
        """Have this in the feed from now on, as of this moment of the machine's own clock."""
        self.told.append(replace(fact, n=len(self.told) + 1, at=datetime.now(UTC)))

    def know(self, person: str, email: str | None = "", **more: Any) -> str | None:
        """Know a person, by default with an address; answers the address."""
        address = f"{person}@perpus.example" if email == "" else email
        self.people[person] = {
            "person": person,
            "name": f"Nama {person}",
            "language": "id",
            "email": address,
            "phone": None,
            "region": "kediri",
            "subdistrict": "s",
            "erased": False,
        } | more
        return address

    def answer(self, target: str, signed: str | None) -> tuple[int, bytes]:
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/internal/feed":
            page = [envelope(fact, "jejaring.test") for fact in self.told[int(query["after"]) :][:256]]
            head = len(self.told)
            return 200, json.dumps({"epoch": "epoch", "first": 1, "head": head, "stands": 0, "facts": page}).encode()
        self.asked.append(query)
        self.actors.append(self.signature.read(signed))
        if self.down:
            return 503, b"{}"
        page: dict[str, Any] = {"people": [self.people[i] for i in query["ids"].split(",") if i in self.people]}
        if query.get("code") in self.codes:
            page["code"] = self.codes[query["code"]]
        return 200, json.dumps(page).encode()


@contextmanager
def running_members_server(signature: ActorSignature = SIGNATURE) -> Iterator[MembersServer]:
    server = MembersServer(signature)
    try:
        yield server
    finally:
        server.close()


class TestMail:
    """The mails of one test: every person has an address with the test's own name in it."""

    __test__ = False

    def __init__(self, mailbox: Mailbox, members: MembersServer, mark: str) -> None:
        self._mailbox = mailbox
        self._members = members
        self._mark = mark

    def know(self, *people: str, **more: Any) -> None:
        for person in people:
            self._members.know(person, f"{person}.{self._mark}@perpus.example", **more)

    def to(self, person: str) -> list[dict[str, Any]]:
        return self._mailbox.messages(to=f"{person}.{self._mark}@perpus.example")

    def subjects(self, person: str) -> list[str]:
        return [mail["subject"] for mail in reversed(self.to(person))]
