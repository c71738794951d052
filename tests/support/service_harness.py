"""One service in process on a real database. Its readers move only when a test steps them.

``ServiceHarness`` assembles the service from its definition. A service's own harness adds the words of its domain. Every
successful answer is checked against the answer schema of its route, and every fact told for sealed texts.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from pymongo.database import Database

from services.kernel.assembly import Application, assemble
from services.kernel.base.clock import FixedClock
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Fact
from services.kernel.base.settings import Settings
from services.kernel.bus.envelope import envelope
from services.kernel.declare.policy import ANONYMOUS, Actor, ActorSignature
from services.kernel.declare.service import Definition
from services.kernel.http.api import RawRequest
from services.kernel.readers.eraser import Eraser
from services.kernel.readers.reader import Reader
from services.kernel.views.view_reader import ViewReader
from tests.support import sample_facts
from tests.support.answer_schemas import check_answer
from tests.support.sample_community import HOST, NOW, SECRETS, SIGNATURE

SEALED = re.compile(r'"[A-Za-z0-9_-]{38,}={0,2}"')
"""A text as ``vault.seal`` writes it: a nonce, a tag and one character at least. An id has 36 characters."""


def settings(service: str, **changed: Any) -> Settings:
    """Settings of a service that listens on no port and knows no other service, broker or mail server."""
    plain = Settings(
        service=service, mongodb="", amqp=None, smtp=None, host="127.0.0.1", port=0, urls={}, clock="system",
        community_host=HOST, instance="one", database_prefix="", secrets=SECRETS,
    )  # fmt: skip
    return replace(plain, **changed)


@dataclass(frozen=True)
class Reply:
    """An answer; ``body`` is the parsed JSON, None for an empty body, the text where it is no JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def rule(self) -> str | None:
        """The rule that refused the request."""
        return self.body.get("rule") if self.status == 422 else None


@dataclass
class SourceService:
    """A service whose facts the one under test admits; ``said`` is its log of facts."""

    name: str
    said: list[Fact] = field(default_factory=list)

    def say(
        self,
        kind: str,
        subject: str,
        data: Mapping[str, Any],
        region: str | None = None,
        at: datetime = NOW,
        *,
        told_long_ago: bool = False,
    ) -> Fact:
        """Record its next fact. Raises ``NoSuchFact`` where the service's contract has none like it.

        ``told_long_ago``: told under an earlier contract, which is not checked.
        """
        if not told_long_ago:
            sample_facts.checked(self.name, kind, data)
        n = len(self.said) + 1
        fact = Fact(
            self.name, "epoch", n, derived_id(self.name, n), kind, 1, subject, region, at, data, "c", position=n
        )
        self.said.append(fact)
        return fact


class ServiceHarness:
    """One service, assembled. ``call`` sends a request and then ``settle``s what follows from it.

    ``prepare=False`` is for a database in which the service was prepared before (see ``service_databases``).
    """

    def __init__(
        self,
        definition: Definition,
        database: Database[dict[str, Any]],
        *,
        prepare: bool = True,
        repeat_erasures: bool = True,
        now: datetime = NOW,
        **changed_settings: Any,
    ) -> None:
        self.definition = definition
        self.database = database
        self.clock = FixedClock(now)
        self.settings = settings(definition.name, **changed_settings)
        self.sources = {name: SourceService(name) for name in definition.sources}
        self._keys = count(1)
        self._routes = {(route.method, route.path): route for route in definition.routes}
        self._prepare = prepare
        self._repeat_erasures = repeat_erasures
        self._checked_facts = 0
        self.restart()

    def restart(self) -> None:
        """Assemble the service anew: nothing in memory, everything in the database."""
        self.application: Application = assemble(self.definition, self.settings, self.database, clock=self.clock)
        if self._prepare:
            self.application.prepare()
        for reader in self.application.runner.readers:
            if isinstance(reader, Eraser) and self._repeat_erasures:
                reader.step(1)  # until then no request opens what is sealed

    @property
    def views(self) -> list[Reader]:
        """The readers that bring the views up to date."""
        return [reader for reader in self.application.runner.readers if isinstance(reader, ViewReader)]

    @property
    def managers(self) -> list[Reader]:
        """All other readers."""
        return [reader for reader in self.application.runner.readers if not isinstance(reader, ViewReader)]

    def settle(self) -> None:
        """Step the managers until none moves; they read their own commands' events too."""
        self.step_all(self.managers)

    def show(self) -> None:
        """Step the views until none moves."""
        self.step_all(self.views)

    def run(self) -> None:
        """Step every reader until none moves."""
        self.step_all(self.application.runner.readers)

    def step_all(self, readers: Sequence[Reader]) -> None:
        """Step these readers until none moves."""
        for source in self.application.sources:
            source.poll()  # else each reader would ask the database by itself whether there is anything to read
        while sum(reader.step(1) for reader in readers):
            pass

    def step(self, name: str) -> int:
        """One step of one reader; answers how much it has done."""
        return self._reader(name).step(1)

    def lag(self, name: str) -> int:
        """How far one reader is behind."""
        return self._reader(name).lag()

    def admit(self, source: SourceService) -> None:
        """Admit all that another service has said so far; no reader reads it yet."""
        self.application.inbox.admit(source.name, [envelope(fact, HOST) for fact in source.said])

    def call(
        self,
        actor: Actor,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        raw: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        settle: bool = True,
        **headers: str,
    ) -> Reply:
        """One request of an actor, under a fresh key unless one is given ("" sends none). A read sees all that was done.

        ``query`` joins what stands behind the ``?`` of the path; ``raw`` is a body that is sent as it is; ``if_match``
        is the header ``If-Match``.
        """
        if method == "GET":
            self.show()
        path, _, asked = path.partition("?")
        parameters = dict(pair.split("=", 1) for pair in asked.split("&") if pair)
        parameters |= {name: str(value) for name, value in (query or {}).items()}
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        request = RawRequest(method, path, parameters, self._headers(actor, method, key, headers), content)
        answer = self.application.api.respond(request)
        if settle and method != "GET":
            self.settle()
        self._check_facts()
        is_json = "json" in answer.headers.get("Content-Type", "")
        reply = Reply(answer.status, answer.headers, _parsed(answer.body) if is_json else answer.body or None)
        route = self._routes.get((method, answer.route))
        if route is not None and answer.status < 300 and is_json and answer.body:
            check_answer(self.definition.name, route, reply.body)
        return reply

    def _check_facts(self) -> None:
        """No fact that was told since the last request carries a sealed text."""
        for fact in self.application.log.facts(self._checked_facts):
            self._checked_facts = fact.n
            assert not SEALED.search(json.dumps(fact.data)), f"{fact.name} carries a sealed text: {fact.data}"

    def get(self, actor: Actor, path: str, **named: Any) -> Reply:
        """Read something."""
        return self.call(actor, "GET", path, **named)

    def post(self, actor: Actor, path: str, body: Any = None, **named: Any) -> Reply:
        """Do something."""
        return self.call(actor, "POST", path, body, **named)

    def _headers(self, actor: Actor, method: str, key: str | None, headers: Mapping[str, str]) -> dict[str, str]:
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if method != "GET" and key != "":
            sent.setdefault("idempotency-key", key or f"key-{next(self._keys)}")
        if actor != ANONYMOUS:
            sent[ActorSignature.HEADER.lower()] = SIGNATURE.sign(actor)
        return sent

    def _reader(self, name: str) -> Reader:
        return next(reader for reader in self.application.runner.readers if reader.name == name)


def _parsed(body: str) -> Any:
    return json.loads(body) if body else None
