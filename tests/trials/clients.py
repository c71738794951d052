"""Clients of the gateway: each request under an Idempotency-Key, repeated under the same key until it is answered."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.trials.history import History

AGAIN = frozenset({409, 429, 500, 502, 503, 504})
"""The first attempt is still running, or something behind the gateway is down."""
PATIENCE = 120.0
REGION = {
    "region": "kota-kediri",
    "name": "Kota Kediri",
    "subdistricts": [{"id": "mojoroto", "name": "Mojoroto", "latitude": -7.82, "longitude": 111.98}],
}
SHARES = {
    "register": 22,
    "register another": 14,
    "release": 22,
    "join": 12,
    "attend": 10,
    "ask": 7,
    "prefer": 7,
    "forbidden": 3,
    "second topic": 3,
}
"""What a client does, in percent. A member may not register another, and a gathering has one topic: both are refused."""
HASTY = 0.05
"""How often a client gives up early."""


@dataclass(frozen=True)
class Request:
    """One request: ``command`` names it in the history, ``service`` answers it, ``token`` is its caller's."""

    command: str
    service: str
    method: str
    path: str
    token: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """``outcome`` as in the history; ``status`` 0 without an answer."""

    outcome: str
    status: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rule(self) -> str | None:
        return self.body.get("rule")


class Client:
    """One client of the gateway. ``people`` maps a bearer token to the person's id."""

    def __init__(self, url: str, history: History, people: Mapping[str, str], dice: random.Random) -> None:
        self._http = httpx.Client(base_url=url, timeout=8.0, trust_env=False)
        self._history = history
        self._people = people
        self._dice = dice

    def ask(self, asked: Request, key: str, *, again_on: Sequence[int] = (), hasty: bool = False) -> Answer:
        """The answer. A ``hasty`` client gives up after the first attempt without one."""
        token, method, path, body = asked.token, asked.method, asked.path, asked.body
        named = {"command": asked.command, "service": asked.service, "caller": self._people[token], "key": key}
        op = self._history.begin(**named, method=method, path=path, body=body)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        deadline, pause = time.monotonic() + PATIENCE, 0.05
        again: list[int] = []
        while True:
            try:
                response = self._http.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                response = None
            if response is not None and response.status_code not in AGAIN and response.status_code not in again_on:
                return self._told(op, response, again)
            again.append(0 if response is None else response.status_code)
            if hasty or time.monotonic() > deadline:
                self._history.end(op, "unknown", status=again[-1], again=again)
                return Answer("unknown")
            time.sleep(pause * self._dice.uniform(0.5, 1))
            pause = min(pause * 2, 1.0)

    def close(self) -> None:
        self._http.close()

    def _told(self, op: int, response: httpx.Response, again: list[int]) -> Answer:
        status = response.status_code
        outcome = "ok" if status < 300 else "refused" if status == 422 else "rejected"
        body = response.json() if response.content else {}
        body = body if isinstance(body, dict) else {}
        kept = {name: value for name, value in body.items() if isinstance(value, str | int | bool | None)}
        told = {
            "status": status,
            "rule": body.get("rule"),
            "position": response.headers.get("Position"),
            "again": again,
        }
        self._history.end(op, outcome, **told, answer=kept if outcome == "ok" else {})
        return Answer(outcome, status, body)


@dataclass
class Community:
    """What the clients command about. ``members`` maps a person to the person's token."""

    coordinator: str
    members: dict[str, str]
    seats: str = ""
    attended: str = ""


class Visitor(threading.Thread):
    """A client that commands until it is stopped."""

    def __init__(self, number: int, seed: int, client: Client, community: Community) -> None:
        super().__init__(daemon=True, name=f"client-{number}")
        self._number = number
        self._dice = random.Random(f"{seed}/{number}")
        self._client = client
        self._community = community
        self._known: list[str] = list(community.members)
        self._stopped = threading.Event()
        self._count = 0
        self.broken: BaseException | None = None

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        try:
            while not self._stopped.wait(self._dice.uniform(0.02, 0.25)):
                self._count += 1
                request, hasty = self._request(), self._dice.random() < HASTY
                answer = self._client.ask(request, self._key, hasty=hasty)
                if request.command == "join" and answer.outcome == "ok":
                    self._known.append(str(answer.body["member"]))
        except BaseException as error:  # noqa: BLE001 - told to the trial's own thread
            self.broken = error
        finally:
            self._client.close()

    def _request(self) -> Request:
        community, dice = self._community, self._dice
        person = dice.choice(list(community.members))
        own, board = community.members[person], community.coordinator
        other = {"person": dice.choice(self._known)}
        seats = f"/v1/activities/{community.seats}"
        requests = {
            "register": Request("register", "events", "POST", f"{seats}/registrations", own, {}),
            "register another": Request("register", "events", "POST", f"{seats}/registrations", board, other),
            "forbidden": Request("forbidden", "events", "POST", f"{seats}/registrations", own, other),
            "release": Request("release", "events", "DELETE", f"{seats}/registrations/{person}", own),
            "second topic": Request(
                "second topic", "events", "POST", f"{seats}/topics", board, {"topic": "topik-lain"}
            ),
            "join": Request("join", "members", "POST", "/v1/members", board, registration(self._key)),
            "attend": Request(
                "attend", "events", "POST", f"/v1/activities/{community.attended}/attendance", board, other
            ),
            "ask": Request("ask", "mentoring", "POST", "/v1/consultations", own, question(self._key)),
            "prefer": Request("prefer", "notifications", "PUT", "/v1/me/preferences", own, preference(dice)),
        }
        return requests[dice.choices(tuple(SHARES), tuple(SHARES.values()))[0]]

    @property
    def _key(self) -> str:
        return f"c{self._number}n{self._count}"


def question(name: str) -> dict[str, Any]:
    """The body of a question to the board."""
    return {"title": f"Pertanyaan {name}", "region": REGION["region"]}


def preference(dice: random.Random) -> dict[str, Any]:
    """The body of a wish how to be told."""
    return {"email": True, "language": dice.choice(("id", "en"))}


def registration(name: str) -> dict[str, Any]:
    """The body of a request to join."""
    return {
        "name": f"Ibu {name}",
        "email": f"{name}@contoh.example",
        "library": "SDN Contoh",
        "region": REGION["region"],
        "subdistrict": "mojoroto",
    }


def gathering(title: str, topic: str, venue: str) -> dict[str, Any]:
    """The body of a request to plan a gathering, without its times and seats."""
    return {"kind": "gathering", "topic": topic, "title": title, "region": REGION["region"], "venue": venue}
