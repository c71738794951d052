"""The events service on a real database, its readers stepped by hand: nothing moves unless a test says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pymongo.database import Database

from services.events.api.parts import DECIDE, KEEP, PLAN, READ_MEMBERS, RECORD
from services.events.bootstrap import definition
from services.kernel.api import RawRequest
from services.kernel.assembly import assemble
from services.kernel.clock import FixedClock
from services.kernel.envelope import envelope
from services.kernel.ids import derived_id
from services.kernel.message import Fact
from services.kernel.policy import ANONYMOUS, EVERYWHERE, Actor, ActorSignature
from services.kernel.settings import Secrets, Settings
from services.kernel.view_reader import ViewReader

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
START = NOW + timedelta(days=7)
END = START + timedelta(hours=2)
KEDIRI, BLITAR = "kota-kediri", "kota-blitar"
SECRETS = Secrets(signing=b"s" * 32, vault=b"v" * 32, token=b"t" * 32, contact=b"c" * 32)
OURS = (PLAN, RECORD, DECIDE, KEEP, READ_MEMBERS)


def person(name: str) -> Actor:
    """A member without any office."""
    return Actor("person", name)


def regional(region: str, name: str = "rani") -> Actor:
    """A regional coordinator."""
    return Actor("person", name, grants=dict.fromkeys(OURS, (region,)))


def coordinator(name: str = "koko") -> Actor:
    """The coordinator of it all."""
    return Actor("person", name, grants=dict.fromkeys(OURS, (EVERYWHERE,)))


RANI = regional(KEDIRI)
BIMA = regional(BLITAR, "bima")
ACADEMIC = {"person": "dosen", "role": "speaker", "category": "academic", "competence": "Klasifikasi", "name": "Dr. D"}
SESSIONS = [
    {
        "title": title,
        "starts": (START + timedelta(days=day, hours=hour)).isoformat(),
        "ends": (START + timedelta(days=day, hours=hour + 2)).isoformat(),
    }
    for title, day, hour in (("Klasifikasi", 0, 0), ("Katalogisasi", 0, 3), ("SLiMS", 1, 0), ("Laporan", 1, 3))
]
WORKSHOP_END = START + timedelta(days=1, hours=5)


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
        service="events", mongodb="", amqp=None, smtp=None, host="127.0.0.1", port=0, urls={}, clock="system",
        community_host="jejaring.test", instance="one", database_prefix="", secrets=SECRETS,
    )  # fmt: skip


@dataclass
class Members:
    """The other service, as far as it is heard."""

    said: list[Fact] = field(default_factory=list)

    def say(self, kind: str, subject: str, data: Mapping[str, Any], region: str | None = None) -> Fact:
        """Its next fact."""
        n = len(self.said) + 1
        fact = Fact(
            "members", "epoch", n, derived_id("members", n), kind, 1, subject, region, NOW, data, "c", position=n
        )
        self.said.append(fact)
        return fact


class Stage:
    """One events service. ``call`` asks it something and lets it do all that follows."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.clock = FixedClock(NOW)
        self.application = assemble(definition(), settings(), database, clock=self.clock)
        self.application.prepare()
        self.members = Members()
        self._signature = ActorSignature(SECRETS.signing.hex())
        self._keys = count(1)
        readers = self.application.runner.readers
        self._views = [reader for reader in readers if isinstance(reader, ViewReader)]
        self._managers = [reader for reader in readers if not isinstance(reader, ViewReader)]

    def open_regions(self, *regions: str) -> None:
        """Members tell of regions, with one sub-district each, and of Rani who coordinates the first."""
        for region in regions:
            places = [{"id": f"{region}-1", "name": "One", "latitude": -7.8, "longitude": 112.0}]
            self.members.say("region-opened", region, {"name": region, "subdistricts": places}, region)
        office = {"office": "regional-coordinator", "region": regions[0], "person": "rani", "board": True}
        self.hear("office-assumed", f"regional-coordinator.{regions[0]}", office, regions[0])

    def hear(self, kind: str, subject: str, data: Mapping[str, Any], region: str | None = None) -> None:
        """A fact of members arrives, behind what they said before, and is read."""
        self.members.say(kind, subject, data, region)
        said = [envelope(fact, "jejaring.test") for fact in self.members.said]
        self.application.inbox.admit("members", said)
        self.show()

    def settle(self) -> None:
        """The managers read to the end, and read what they did themselves."""
        while sum(reader.step(1) for reader in self._managers):
            pass

    def show(self) -> None:
        """The views read to the end."""
        for reader in self._views:
            reader.step(1)

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

    def topic(self, raiser: str = "ani", region: str = KEDIRI) -> str:
        """A topic that somebody raised."""
        reply = self.post(person(raiser), "/v1/topics", {"title": "Barcodes do not scan", "region": region})
        return str(reply.body["topic"])

    def venue(self, kind: str = "cafe", region: str = KEDIRI) -> str:
        """A venue in the book."""
        new = {"name": "Kopi Kita", "kind": kind, "region": region, "subdistrict": f"{region}-1"}
        return str(self.post(coordinator(), "/v1/venues", new).body["venue"])

    def plan(self, actor: Actor = RANI, **changed: Any) -> Reply:
        """Ask for a gathering; whatever is not given is made up."""
        wish = {"kind": "gathering", "title": "Barcodes", "region": KEDIRI, "capacity": 12}
        wish |= {"starts": START.isoformat(), "ends": END.isoformat()} | changed
        wish = {"topic": None, "venue": None} | wish
        wish["topic"] = wish["topic"] or self.topic()
        wish["venue"] = wish["venue"] or self.venue()
        return self.post(actor, "/v1/activities", wish)

    def published(self, **changed: Any) -> str:
        """A gathering that people can register for."""
        activity = str(self.plan(**changed).body["activity"])
        path = f"/v1/activities/{activity}"
        assert self.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"}).status == 201
        assert self.post(RANI, f"{path}/publish").status == 200
        return activity

    def workshop(self, *, speaker: bool = True, **changed: Any) -> str:
        """A workshop of two days with two sessions each, published if it has a speaker."""
        wish = {"kind": "workshop", "title": "Pengolahan", "region": KEDIRI, "capacity": 12, "sessions": SESSIONS}
        wish = {"venue": changed.pop("venue", None) or self.venue(), **wish, **changed}
        activity = str(self.post(RANI, "/v1/activities", wish).body["activity"])
        if speaker:
            assert self.post(RANI, f"/v1/activities/{activity}/speakers", ACADEMIC).status == 201
            assert self.post(RANI, f"/v1/activities/{activity}/publish").status == 200
        return activity

    def register(self, activity: str, *names: str) -> list[Reply]:
        """Each of them registers, in this order."""
        return [self.post(person(name), f"/v1/activities/{activity}/registrations") for name in names]

    def hold(self, activity: str, *names: str) -> None:
        """It takes place, they are there, and it is over."""
        self.clock.advance(max(END - self.clock.now(), timedelta()))
        for name in names:
            assert self.post(RANI, f"/v1/activities/{activity}/attendance", {"person": name}).status == 201
        assert self.post(RANI, f"/v1/activities/{activity}/complete").status == 200
