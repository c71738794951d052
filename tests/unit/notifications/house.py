"""The whole service on a real database and a real mail server, stepped by hand; members is played by a small server.

Time stands still until the test moves it. ``House.run`` steps every reader until nothing moves any more.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pymongo.database import Database

from deploy.mailbox.server import Mailbox
from services.kernel.api import RawAnswer, RawRequest
from services.kernel.assembly import Application, assemble
from services.kernel.clock import FixedClock
from services.kernel.envelope import envelope
from services.kernel.message import Fact
from services.kernel.policy import Actor, ActorSignature
from services.kernel.settings import PORTS, Secrets, Settings, TelegramBot
from services.notifications.bootstrap import definition
from tests.support.answers import assert_fits
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START

SECRETS = Secrets(signing=b"s" * 32, vault=b"v" * 32, token=b"t" * 32, contact=b"c" * 32)
SIGNATURE = ActorSignature(SECRETS.signing.hex())


class Members:
    """Answers ``/internal/people`` as members does, and ``/internal/feed`` as the source of what was ``tell``'d to it."""

    def __init__(self, signature: ActorSignature = SIGNATURE) -> None:
        self.told: list[Fact] = []
        self.signature = signature
        self.people: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.actors: list[Actor] = []
        self.down = False
        members = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the name that http.server calls
                status, body = members.answer(self.path, self.headers.get(ActorSignature.HEADER))
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


def settings(members: str, smtp: str | None, telegram: TelegramBot | None = None) -> Settings:
    urls = dict.fromkeys(PORTS, members)
    return Settings(
        service="notifications",
        mongodb="",
        amqp=None,
        smtp=smtp,
        host="127.0.0.1",
        port=0,
        urls=urls,
        community_host="jejaring.test",
        clock="system",
        instance="one",
        database_prefix="",
        secrets=SECRETS,
        telegram=telegram,
    )


class House:
    """One assembled notifications service, and who it speaks with."""

    def __init__(
        self,
        database: Database[dict[str, Any]],
        members: Members,
        smtp: str | None,
        telegram: TelegramBot | None = None,
    ) -> None:
        self.database = database
        self.members = members
        self.clock = FixedClock(START)
        self._smtp = smtp
        self._telegram = telegram
        self._heard = {"members": 0, "events": 0, "mentoring": 0}
        self.application = self.restarted()

    def restarted(self) -> Application:
        """The service after a restart: nothing in memory, everything in the database."""
        made = assemble(
            definition(), settings(self.members.url, self._smtp, self._telegram), self.database, clock=self.clock
        )
        made.prepare()
        self.application = made
        return made

    def hear(self, *told: Fact) -> None:
        """Admit facts, numbered as their sources would."""
        for fact in told:
            self._heard[fact.source] += 1
            numbered = replace(fact, n=self._heard[fact.source])
            admission = self.application.inbox.admit(fact.source, [envelope(numbered, "jejaring.test")])
            assert admission.stored == 1

    def run(self) -> None:
        """Step every reader until nothing moves any more."""
        while sum(reader.step(1) for reader in self.application.runner.readers):
            pass

    def step(self, name: str) -> int:
        """One step of one reader."""
        return next(reader for reader in self.application.runner.readers if reader.name == name).step(1)

    def lag(self, name: str) -> int:
        """How far one reader is behind."""
        return next(reader for reader in self.application.runner.readers if reader.name == name).lag()

    def deliveries(self) -> dict[str, dict[str, Any]]:
        """Person → the delivery's document; where there are several, by the last one planned."""
        return {document["person"]: document for document in self.database.deliveries.find().sort("planned", 1)}

    def states(self) -> dict[str, str]:
        """Person → state."""
        return {person: document["state"] for person, document in self.deliveries().items()}

    def told(self, person: str) -> dict[tuple[str, str], str]:
        """(kind, channel) → state of all that one person was to be told."""
        found = self.database.deliveries.find({"person": person})
        return {(document["kind"], document["channel"]): document["state"] for document in found}

    def choose(self, person: str, **wishes: Any) -> None:
        """Let a person choose how they want to be told."""
        body = {"email": True, **wishes}
        answer = self.ask("PUT", "/v1/me/preferences", Actor("person", person), body, key=f"{person}{json.dumps(body)}")
        assert answer.status == 200, answer.body
        self.run()

    def move_to(self, moment: datetime) -> None:
        self.clock.advance(moment - self.clock.now())

    def ask(
        self, method: str, path: str, actor: Actor | None = None, body: Any = None, key: str = "k", **query: str
    ) -> RawAnswer:
        """One HTTP request, without the HTTP."""
        headers = {"idempotency-key": key, "content-type": "application/json"}
        if actor is not None:
            headers[ActorSignature.HEADER.lower()] = SIGNATURE.sign(actor)
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.application.api.respond(RawRequest(method, path, query, headers, raw))
        assert_fits(self.application.definition.routes, method, answer)
        return answer


class Post:
    """The mails of this test alone: every person has an address with the test's own name in it."""

    def __init__(self, mailbox: Mailbox, members: Members, mark: str) -> None:
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


def community(house: House, *people: str) -> None:
    house.hear(facts.region_opened(), *(facts.joined(person, "board") for person in people))


@contextmanager
def playing_members(signature: ActorSignature = SIGNATURE) -> Iterator[Members]:
    members = Members(signature)
    try:
        yield members
    finally:
        members.close()
