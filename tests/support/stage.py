"""A service on a real database, its readers stepped by hand: nothing moves unless a test says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from pymongo.database import Database

from services.kernel.assembly import assemble
from services.kernel.base.clock import FixedClock
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Fact
from services.kernel.base.settings import Secrets, Settings
from services.kernel.bus.envelope import envelope
from services.kernel.declare.policy import ANONYMOUS, Actor, ActorSignature
from services.kernel.declare.service import Definition
from services.kernel.http.api import RawRequest
from services.kernel.views.view_reader import ViewReader
from tests.support.answers import assert_fits

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, eight in the morning in Jakarta."""
KEDIRI, BLITAR, TRENGGALEK = "kota-kediri", "kota-blitar", "trenggalek"
HOST = "jejaring.test"
SECRETS = Secrets(signing=b"s" * 32, vault=b"v" * 32, token=b"t" * 32, contact=b"c" * 32)


def person(name: str) -> Actor:
    """A member without any office."""
    return Actor("person", name)


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def rule(self) -> str | None:
        """The rule that refused it."""
        return self.body.get("rule") if self.status == 422 else None


@dataclass
class Other:
    """Another service, as far as it is heard."""

    name: str
    said: list[Fact] = field(default_factory=list)

    def say(
        self, kind: str, subject: str, data: Mapping[str, Any], region: str | None = None, at: datetime = NOW
    ) -> Fact:
        """Its next fact."""
        n = len(self.said) + 1
        fact = Fact(
            self.name, "epoch", n, derived_id(self.name, n), kind, 1, subject, region, at, data, "c", position=n
        )
        self.said.append(fact)
        return fact


class ServiceStage:
    """One service. ``call`` asks it something and lets it do all that follows.

    A stage of a service says in ``settle`` what it is that follows.
    """

    def __init__(self, definition: Definition, database: Database[dict[str, Any]]) -> None:
        self.clock = FixedClock(NOW)
        self.application = assemble(definition, _settings(definition.name), database, clock=self.clock)
        self.application.prepare()
        self.members = Other("members")
        self._signature = ActorSignature(SECRETS.signing.hex())
        self._keys = count(1)
        readers = self.application.runner.readers
        self._views = [reader for reader in readers if isinstance(reader, ViewReader)]
        self._managers = [reader for reader in readers if not isinstance(reader, ViewReader)]

    def settle(self) -> None:
        """The managers read to the end, and read what they did themselves."""
        while sum(reader.step(1) for reader in self._managers):
            pass

    def show(self) -> None:
        """The views read to the end."""
        for reader in self._views:
            while reader.step(1):
                pass

    def admit(self, other: Other) -> None:
        """All that another service said so far arrives; nothing reads it yet."""
        self.application.inbox.admit(other.name, [envelope(fact, HOST) for fact in other.said])

    def call(
        self,
        actor: Actor,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        settle: bool = True,
        **headers: str,
    ) -> Reply:
        """One request of an actor, under a fresh key unless one is given; "" is none. Reads see all that was done."""
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if method == "GET":
            self.show()
        elif key != "":
            sent["idempotency-key"] = key or f"key-{next(self._keys)}"
        if actor != ANONYMOUS:
            sent[ActorSignature.HEADER.lower()] = self._signature.sign(actor)
        path, _, query = path.partition("?")
        parameters = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.application.api.respond(RawRequest(method, path, parameters, sent, raw))
        assert_fits(self.application.definition.routes, method, answer)
        if settle and method != "GET":
            self.settle()
        return Reply(answer.status, answer.headers, json.loads(answer.body) if answer.body else None)

    def get(self, actor: Actor, path: str, **headers: str) -> Reply:
        """Read something."""
        return self.call(actor, "GET", path, **headers)

    def post(self, actor: Actor, path: str, body: Mapping[str, Any] | None = None, **named: Any) -> Reply:
        """Do something."""
        return self.call(actor, "POST", path, body, **named)


def _settings(service: str) -> Settings:
    """Settings of a service that nobody listens to."""
    return Settings(
        service=service, mongodb="", amqp=None, smtp=None, host="127.0.0.1", port=0, urls={}, clock="system",
        community_host=HOST, instance="one", database_prefix="", secrets=SECRETS,
    )  # fmt: skip
