"""The mentoring service on a real database, its readers stepped by hand: nothing moves unless a test says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from pymongo.database import Database

from services.kernel.api import RawRequest
from services.kernel.assembly import assemble
from services.kernel.clock import FixedClock
from services.kernel.envelope import envelope
from services.kernel.ids import derived_id
from services.kernel.message import Fact
from services.kernel.policy import ANONYMOUS, EVERYWHERE, Actor, ActorSignature
from services.kernel.settings import Secrets, Settings
from services.kernel.view_reader import ViewReader
from services.mentoring.api.parts import ANSWER, LEAD, READ_MEMBERS, VISIT
from services.mentoring.bootstrap import definition

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, eight in the morning in Jakarta."""
KEDIRI, BLITAR, TRENGGALEK = "kota-kediri", "kota-blitar", "trenggalek"
SECRETS = Secrets(signing=b"s" * 32, vault=b"v" * 32, token=b"t" * 32, contact=b"c" * 32)
OURS = (ANSWER, LEAD, VISIT, READ_MEMBERS)


def person(name: str) -> Actor:
    """A member without any office."""
    return Actor("person", name)


def regional(region: str, name: str = "rani") -> Actor:
    """A regional coordinator."""
    return Actor("person", name, grants=dict.fromkeys(OURS, (region,)))


def mentor(region: str, name: str = "mira") -> Actor:
    """Somebody who goes along with libraries of a region."""
    return Actor("person", name, grants=dict.fromkeys((ANSWER, VISIT), (region,)))


def coordinator(name: str = "koko") -> Actor:
    """The coordinator of it all."""
    return Actor("person", name, grants=dict.fromkeys(OURS, (EVERYWHERE,)))


RANI = regional(KEDIRI)
BIMA = regional(BLITAR, "bima")
KOKO = coordinator()


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


def settings() -> Settings:
    """Settings of a service that nobody listens to."""
    return Settings(
        service="mentoring", mongodb="", amqp=None, smtp=None, host="127.0.0.1", port=0, urls={}, clock="system",
        community_host="jejaring.test", instance="one", database_prefix="", secrets=SECRETS,
    )  # fmt: skip


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


class Stage:
    """One mentoring service. ``call`` asks it something and lets it do all that follows."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.clock = FixedClock(NOW)
        self.application = assemble(definition(), settings(), database, clock=self.clock)
        self.application.prepare()
        self.members = Other("members")
        self.events = Other("events")
        self._signature = ActorSignature(SECRETS.signing.hex())
        self._keys = count(1)
        readers = self.application.runner.readers
        self._views = [reader for reader in readers if isinstance(reader, ViewReader)]
        self._others = [reader for reader in readers if not isinstance(reader, ViewReader)]

    def open_regions(self, *regions: str) -> None:
        """Members tell of regions, of Rani who coordinates the first, and of Koko who coordinates them all."""
        for region in regions:
            self.members.say("region-opened", region, {"name": region, "subdistricts": []}, region)
        self.assume("regional-coordinator", regions[0], "rani")
        self.assume("coordinator", None, "koko")

    def assume(self, office: str, region: str | None, person: str, board: bool = True) -> None:
        """Members tell that somebody took an office."""
        data = {"office": office, "region": region, "person": person, "board": board}
        self.hear("office-assumed", f"{office}.{region or 'all'}", data, region)

    def vacate(self, office: str, region: str | None, person: str) -> None:
        """Members tell that somebody left an office."""
        data = {"office": office, "region": region, "person": person}
        self.hear("office-vacated", f"{office}.{region or 'all'}", data, region)

    def stand_in(self, office: str, region: str | None, person: str) -> None:
        """Members tell that somebody stands in for a vacant office."""
        data = {"office": office, "region": region, "person": person, "board": True}
        self.hear("stand-in-named", f"{office}.{region or 'all'}", data, region)

    def hear(
        self, kind: str, subject: str, data: Mapping[str, Any], region: str | None = None, source: str = "members"
    ) -> None:
        """A fact of another service arrives, behind what it said before, and all that follows from it happens."""
        other = self.members if source == "members" else self.events
        other.say(kind, subject, data, region, self.clock.now())
        self.application.inbox.admit(source, [envelope(fact, "jejaring.test") for fact in other.said])
        self.settle()

    def settle(self) -> None:
        """Views and managers read to the end, and read what the managers did themselves."""
        self.show()
        while sum(reader.step(1) for reader in self._others):
            pass
        self.show()

    def show(self) -> None:
        """The views read to the end."""
        for reader in self._views:
            while reader.step(1):
                pass

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
        if settle and method != "GET":
            self.settle()
        return Reply(answer.status, answer.headers, json.loads(answer.body) if answer.body else None)

    def get(self, actor: Actor, path: str, **headers: str) -> Reply:
        """Read something."""
        return self.call(actor, "GET", path, **headers)

    def post(self, actor: Actor, path: str, body: Mapping[str, Any] | None = None, **named: Any) -> Reply:
        """Do something."""
        return self.call(actor, "POST", path, body, **named)
