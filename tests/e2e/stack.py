"""The whole stack as a fixture, started once. Tests must leave all parts as they found them.

``running``: services in one process, the gateway, private broker, database, mailbox and chats, on a demo clock; a board, two
regions with a coordinator each, two members, and everybody's token.
"""

import json
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
import pymongo
import pytest

from deploy import keys
from deploy.broker import Broker
from deploy.commands.board import install
from deploy.commands.open_service import open_service
from deploy.database import Database
from deploy.demo.mailbox.server import Mailbox
from deploy.demo.receiver.server import ReceiverServer
from deploy.demo.telegram.server import TelegramServer
from deploy.waiting import wait_until
from services.kernel.base.clock import DemoClock
from services.members.installation import BoardMember, issue_token
from tests.support.servers import Vhosts
from tests.support.services import SERVICES, ChildServices

KEDIRI, BLITAR = "kota-kediri", "kota-blitar"
BOARD = ("coordinator", "secretary", "treasurer")
INTERNAL = re.compile(
    r"Traceback|File \"|\.py\b|[Mm]ongo|Secantus|bson|nameko|eventlet|marshmallow|werkzeug|starlette|[a-z](?:Error|Exception)\b"
)
"""Words that no answer may contain, because they reveal how the software is built."""


def person_form(name: str, region: str = KEDIRI) -> dict[str, str]:
    """The form for joining; `name` is the local part of the e-mail address."""
    place = {"library": "SD Contoh", "region": region, "subdistrict": f"{region}-satu"}
    return {"name": f"Ibu {name.title()}", "email": f"{name}@input.example", **place}


@dataclass(frozen=True)
class Visitor:
    """A client of the gateway: anonymous, or the owner of the token. Keeps no cookies."""

    http: httpx.Client
    token: str = ""
    person: str = ""

    def send(self, method: str, path: str, *, key: str | None = None, **options: Any) -> httpx.Response:
        """Send a request. A write gets a fresh key unless `key` is given; "" sends no key."""
        headers: dict[str, str] = {**options.pop("headers", {})}
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if method not in {"GET", "HEAD"} and key != "":
            headers.setdefault("Idempotency-Key", key or uuid.uuid4().hex)
        return self.http.request(method, path, headers=headers, **options)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.send("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> httpx.Response:
        """Write under one key. A 503 is asked again, as it tells: on a busy machine an answer may not come in time."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        key = uuid.uuid4().hex if key is None else key
        for _ in range(10):
            answer = self.send("POST", path, key=key, json={} if body is None else body, headers=named)
            if answer.status_code != 503 or not key:
                return answer
            time.sleep(1.0)
        return answer


@dataclass
class RunningStack:
    """The running stack. `client` is its database client; `rani` coordinates Kediri, `bima` Blitar."""

    services: ChildServices
    http: httpx.Client
    client: pymongo.MongoClient[dict[str, Any]]
    clock: DemoClock
    database_server: Database
    mailbox: Mailbox
    telegram: TelegramServer
    people: dict[str, Visitor] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Visitor:
        return self.people[name]

    @property
    def nobody(self) -> Visitor:
        return Visitor(self.http)

    def join(self, *names: str, region: str = KEDIRI) -> list[Visitor]:
        """Let these people join by the form, and give each a token."""
        with open_service("members", self.services.environment) as members, ThreadPoolExecutor(8) as hands:

            def join(name: str) -> Visitor:
                answer = self.nobody.post("/v1/members", person_form(name, region))
                assert answer.status_code == 201, answer.text
                token = issue_token(members.parts, f"{name}@input.example")
                return Visitor(self.http, token, answer.json()["member"])

            self.people |= zip(names, hands.map(join, names), strict=True)
        return [self.people[name] for name in names]

    def topic(self, title: str = "Barcode ganda") -> str:
        """The id of a topic that Sari raised."""
        answer = self.sari.post("/v1/topics", {"title": title, "region": KEDIRI})
        assert answer.status_code == 201, answer.text
        self.sari.get(answer.headers["Location"])  # waits until the view shows the topic
        return str(answer.json()["topic"])

    def plan(self, **changes: Any) -> dict[str, Any]:
        """The body to plan a gathering a week from now, with these changes."""
        starts = self.clock.now() + timedelta(days=7)
        times = {"starts": starts.isoformat(), "ends": (starts + timedelta(hours=2)).isoformat()}
        about = {"kind": "gathering", "title": "Barcode ganda", "topic": changes.get("topic") or self.topic()}
        return {**about, "region": KEDIRI, "venue": self.venue, "capacity": 12, **times, **changes}

    @property
    def venue(self) -> str:
        place = {"name": "Kafe Literasi", "kind": "cafe", "region": KEDIRI, "subdistrict": f"{KEDIRI}-satu"}
        answer = self.rani.post("/v1/venues", place, key="the-venue")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["venue"])

    def planned(self, **changes: Any) -> str:
        """The path of a gathering that Rani planned and guides."""
        answer = self.rani.post("/v1/activities", self.plan(**changes))
        assert answer.status_code == 201, answer.text
        path = str(answer.headers["Location"])
        led = self.rani.post(f"{path}/speakers", {"person": self.rani.person, "role": "guide"})
        assert led.status_code == 201, led.text
        return path

    def published(self, **changes: Any) -> str:
        """The path of a published gathering with open seats."""
        path = self.planned(**changes)
        answer = self.rani.post(f"{path}/publish")
        assert answer.status_code == 200, answer.text
        seats = f"seats-{path.rpartition('/')[2]}"
        wait_until(lambda: self.commits("events", stream=seats), 10, "seats to be opened", 0.02)
        self.rani.get(path)
        return path

    def wait_until_idle(self) -> None:
        """Wait until every log is read to its end and every fact is consumed."""

        def level() -> bool:
            statuses = {name: httpx.get(f"{self.services.url(name)}/internal/status").json() for name in SERVICES}
            for status in statuses.values():
                assert all(lag == 0 for reader, lag in status["readers"].items() if reader != "sender"), status
                assert all(statuses[source]["facts"] == heard for source, heard in status["heard"].items()), status
            return True

        wait_until(level, 20, "nothing to be on its way", 0.02)

    def commits(self, service: str, **where: Any) -> list[dict[str, Any]]:
        """A service's commits with events, in log order."""
        database = self.client[f"{self.services.environment['JEJARING_DATABASE_PREFIX']}{service}"]
        return list(database["commits"].find({"stream": {"$type": "string"}, **where}).sort("_id"))

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Assert that the block adds no event of a request to any log.

        A request's events are recorded before its answer. Events of process managers may come later and are not counted.
        """
        before = self._made_by_requests()
        yield
        assert self._made_by_requests() == before

    def _made_by_requests(self) -> dict[str, int]:
        return {
            name: sum(not str(commit["meta"]["actor"]).startswith("manager:") for commit in self.commits(name))
            for name in SERVICES
        }


def refused(answer: httpx.Response, status: int, kind: str, **members: Any) -> dict[str, Any]:
    """Assert that the answer is this problem as RFC 9457 document, with these members and without internals. Returns the document."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not INTERNAL.search(answer.text), answer.text
    document: dict[str, Any] = json.loads(answer.text)
    assert (document["type"], document["status"]) == (f"urn:jejaring:problem:{kind}", status), document
    assert {name: document.get(name) for name in members} == members
    return document


@pytest.fixture(scope="package")
def running(
    _session_broker: tuple[Broker, Vhosts],
    _session_database: Database,
    _session_mailbox: Mailbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningStack]:
    (broker, vhosts), database, mailbox = _session_broker, _session_database, _session_mailbox
    for server in (broker, database, mailbox):
        server.start()  # another test may have stopped the server
    directory = tmp_path_factory.mktemp("running")
    vhost, prefix = vhosts.take(), f"running_{uuid.uuid4().hex[:8]}_"
    telegram, receiver = TelegramServer(directory / "chats"), ReceiverServer(directory / "receiver")
    services = ChildServices(
        directory,
        {
            "MONGODB_URI": database.uri,
            "JEJARING_DATABASE_PREFIX": prefix,
            "AMQP_URI": broker.uri(vhost),
            "SMTP_URI": mailbox.smtp_uri,
            **telegram.environment,
            **receiver.environment,
            "JEJARING_SECRETS": str(keys.ensure(directory / "keys")),
            "JEJARING_CLOCK": f"demo:{directory / 'clock.json'}",
            "JEJARING_COMMUNITY_HOST": "jejaring.test",
        },
    )
    clock = DemoClock(directory / "clock.json")
    without_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    with (
        pymongo.MongoClient[dict[str, Any]](database.uri, timeoutMS=5000) as client,
        httpx.Client(base_url=services.url("gateway"), timeout=60, cookies=without_cookies, trust_env=False) as http,
    ):
        try:
            _set_clock_to_nine(clock)
            telegram.start()
            receiver.start()
            services.start(*SERVICES, wait=False)
            services.start_gateway(wait=False)
            services.wait_ready(*SERVICES, "gateway")
            running = RunningStack(services, http, client, clock, database, mailbox, telegram)
            _set_up_community(running)
            yield running
        finally:
            services.close()
            telegram.stop()
            receiver.stop()
            for name in client.list_database_names():
                if name.startswith(prefix):
                    client.drop_database(name)
            vhosts.give_back(vhost)


def _set_clock_to_nine(clock: DemoClock) -> None:
    """Set the clock to the morning in Kediri, because mails are held at night."""
    now = clock.now()
    clock.advance((now.replace(hour=2, minute=0, second=0) - now) % timedelta(days=1))


def _set_up_community(running: RunningStack) -> None:
    environment: Mapping[str, str] = running.services.environment
    board = [
        BoardMember(office, office.title(), f"{office}@input.example", None, "Pengurus", KEDIRI, f"{KEDIRI}-satu")
        for office in BOARD
    ]
    installed = {one.office: one.person for one in install(board, environment)}
    with open_service("members", environment) as members:
        for office, person in installed.items():
            token = issue_token(members.parts, f"{office}@input.example")
            running.people[office] = Visitor(running.http, token, person)
    running.wait_until_idle()  # the board was written to the log from outside
    for region in (KEDIRI, BLITAR):
        places = [{"id": f"{region}-satu", "name": "Satu", "latitude": -7.8, "longitude": 112.0}]
        body = {"region": region, "name": region.title(), "subdistricts": places}
        opened_ = running.coordinator.post("/v1/regions", body)
        assert opened_.status_code == 201, opened_.text
    running.join("rani", "sari", "budi")
    running.join("bima", region=BLITAR)
    for name, region in (("rani", KEDIRI), ("bima", BLITAR)):
        holder = {"person": running.people[name].person, "region": region}
        answer = running.coordinator.post("/v1/offices/regional-coordinator/holders", holder)
        assert answer.status_code == 201, answer.text
    running.wait_until_idle()
