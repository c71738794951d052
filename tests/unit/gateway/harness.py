"""A real gateway in front of fake services: HTTP on both sides, each server in a thread."""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uvicorn

from gateway.app import application
from gateway.configuration import Configuration
from services.kernel.base.clock import FixedClock
from services.kernel.base.problem import Problem, TokenEnded
from services.kernel.declare.policy import Actor, ActorSignature

KEY = "11" * 32
JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TOKEN = "token-of-sari"
SARI = {"kind": "person", "id": "sari", "offices": [], "grants": {}, "language": "id"}


@dataclass(frozen=True)
class ReceivedRequest:
    """A request that a fake service received."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body or b"{}")

    @property
    def actor(self) -> Actor:
        return ActorSignature(KEY).read(self.headers.get("jejaring-actor"))


@dataclass(frozen=True)
class FakeAnswer:
    """The answer of a fake service."""

    document: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


PROBLEM = {"Content-Type": "application/problem+json"}


def problem_answer(problem: Problem) -> FakeAnswer:
    return FakeAnswer(problem.document(), problem.status, PROBLEM)


TOKEN_ENDED = problem_answer(TokenEnded())
"""The answer of members for a token that is unknown, expired or revoked."""
Handler = Callable[[ReceivedRequest], FakeAnswer]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class FakeService:
    """Answers with handlers by ``METHOD /path/{parameter}``; records all requests. ``down`` closes the port."""

    def __init__(self) -> None:
        self.received: list[ReceivedRequest] = []
        self._handlers: list[tuple[str, re.Pattern[str], Handler]] = []
        self._server = _Server(("127.0.0.1", 0), self._handler_class())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self._up = True

    def on(self, operation: str, answer: FakeAnswer | Handler) -> None:
        """Add a handler; the newest handler of an operation answers."""
        method, _, path = operation.partition(" ")
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        handler = (lambda _asked: answer) if isinstance(answer, FakeAnswer) else answer
        self._handlers.insert(0, (method, pattern, handler))

    def calls(self, operation: str) -> list[ReceivedRequest]:
        method, _, path = operation.partition(" ")
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        return [asked for asked in self.received if asked.method == method and pattern.fullmatch(asked.path)]

    def down(self) -> None:
        if self._up:
            self._up = False
            self._server.shutdown()
            self._server.server_close()

    def answer(self, asked: ReceivedRequest) -> FakeAnswer:
        self.received.append(asked)
        for method, pattern, handler in self._handlers:
            if asked.method == method and pattern.fullmatch(asked.path):
                return handler(asked)
        return FakeAnswer(
            {"title": "There is nothing here", "status": 404}, 404, {"Content-Type": "application/problem+json"}
        )

    def _handler_class(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handle(BaseHTTPRequestHandler):
            def respond(self) -> None:
                path, _, query = self.path.partition("?")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                given = service.answer(ReceivedRequest(self.command, path, query, headers, body))
                sent = given.document if isinstance(given.document, bytes) else json.dumps(given.document).encode()
                self.send_response(given.status)
                for name, value in ({"Content-Type": "application/json"} | dict(given.headers)).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(sent)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = respond  # noqa: N815 - the names that http.server calls

            def log_message(self, *_args: Any) -> None:
                """Quiet."""

        return Handle


class GatewayHarness:
    """Four fake services, and a gateway that ``gateway()`` starts."""

    def __init__(self, rooms: Path) -> None:
        self.rooms = rooms
        self.members, self.events, self.mentoring, self.notifications = (FakeService() for _ in range(4))
        self.clock = FixedClock(NOW)
        self.members.on("POST /internal/identity", self.identity)
        self.people: dict[str, Any] = {TOKEN: SARI}

    @property
    def services(self) -> dict[str, FakeService]:
        return {
            "members": self.members,
            "events": self.events,
            "mentoring": self.mentoring,
            "notifications": self.notifications,
        }

    def identity(self, asked: ReceivedRequest) -> FakeAnswer:
        person = self.people.get(asked.document["token"])
        return FakeAnswer(person) if person else TOKEN_ENDED

    def configuration(self) -> Configuration:
        return Configuration(
            urls={name: service.url for name, service in self.services.items()},
            rooms=self.rooms,
            signing=KEY,
            community_host="kediri.example",
            community="Komunitas Contoh",
            clock=self.clock,
            time_zone=JAKARTA,
        )

    @contextmanager
    def gateway(self) -> Any:
        """A client of a running gateway; it keeps cookies and follows no redirect."""
        settings = uvicorn.Config(application(self.configuration()), port=0, log_level="error", lifespan="on")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the gateway ended while starting"
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False, verify=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(60)

    def close(self) -> None:
        for service in self.services.values():
            service.down()


def fragment(*operations: str, public: bool = True, limits: Mapping[str, int] | None = None) -> dict[str, Any]:
    """An OpenAPI fragment with these operations, each ``METHOD /path``."""
    paths: dict[str, Any] = {}
    for operation in operations:
        method, _, path = operation.partition(" ")
        details: dict[str, Any] = {"operationId": operation, "responses": {"200": {"description": "Done"}}}
        details["x-jejaring-public"] = public
        if limits and operation in limits:
            details["x-jejaring-limit"] = limits[operation]
        paths.setdefault(path, {})[method.lower()] = details
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}


def write_fragments(rooms: Path, fragments: Mapping[str, Mapping[str, Any]]) -> None:
    for name, document in fragments.items():
        (rooms / name).mkdir(parents=True, exist_ok=True)
        (rooms / name / "openapi.json").write_text(json.dumps(document), "utf-8")


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
