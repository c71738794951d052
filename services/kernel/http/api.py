"""From a raw HTTP request to a handler and back. The module contains no server, so tests call it as a function.

Order of judgement: path and method, size, actor, body and query, ``Idempotency-Key``, ``Wait-For``, handler. Every
failure is a problem document (RFC 9457); an unforeseen error is a 500 that shows only an id.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from services.kernel.base.clock import Clock
from services.kernel.base.ids import derived_id, fingerprint, new_id
from services.kernel.base.mongo import outcome_unknown
from services.kernel.base.problem import (
    Forbidden,
    Malformed,
    NotAllowed,
    NotFound,
    Problem,
    Refused,
    TooLarge,
    Unavailable,
)
from services.kernel.commands.decider import COMMAND_SECONDS, Commands
from services.kernel.declare.plain import ANSWER
from services.kernel.declare.policy import ANONYMOUS, Actor, ActorSignature
from services.kernel.declare.route import BODY_BYTES, Answer, Request, Route, recorded
from services.kernel.http.http_request import idempotency_key, json_object, loaded, path_pattern
from services.kernel.privacy.vault import Erased, opening_checked

log = logging.getLogger(__name__)
JSON = "application/json"
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class RawRequest:
    """The request as the server read it. Header names are lower case; of repeated names ``query`` keeps the last."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """The answer for the server to send. ``route`` is the route's path for metrics, never the caller's path."""

    status: int
    headers: Mapping[str, str]
    body: str
    route: str = "unmatched"


class Api:
    """A service's routes, ready to answer.

    ``wait_for(position)`` blocks until the service's views show this position, or raises ``Unavailable``. ``shown()``
    returns the position that the views show now. ``may_open()`` raises while sealed data may not be opened for a request.
    """

    def __init__(
        self,
        service: str,
        routes: Iterable[Route],
        parts: Any,
        *,
        commands: Commands,
        clock: Clock,
        signature: ActorSignature,
        wait_for: Callable[[int], None],
        shown: Callable[[], int],
        may_open: Callable[[], None] = lambda: None,
    ) -> None:
        self.service = service
        self._routes = [(path_pattern(route.path), route) for route in routes]
        self._parts = parts
        self._commands = commands
        self._clock = clock
        self._signature = signature
        self._wait_for = wait_for
        self._shown = shown
        self._may_open = may_open

    def respond(self, raw: RawRequest) -> RawAnswer:
        """Answer one request. Raises nothing."""
        path = "unmatched"
        try:
            route, parameters = self._match(raw)
            path = route.path
            answer = self._answer(route, parameters, raw)
            return RawAnswer(answer.status, self._headers(answer), _body(answer), path)
        except Problem as problem:
            return self._problem(problem, path)
        except PyMongoError as error:
            if outcome_unknown(error):
                return self._problem(Unavailable("the database does not answer; repeat with the same key"), path)
            return self._unforeseen(error, path)
        except Exception as error:  # noqa: BLE001 - the last resort of a request: logged, and shown as an id alone
            return self._unforeseen(error, path)

    def _unforeseen(self, error: Exception, path: str) -> RawAnswer:
        incident = new_id()
        log.error("unforeseen", exc_info=error, extra={"incident": incident, "route": path})
        return self._problem(Problem(incident=incident), path)

    def _match(self, raw: RawRequest) -> tuple[Route, Mapping[str, str]]:
        found = [(route, match) for pattern, route in self._routes if (match := pattern.fullmatch(raw.path))]
        if not found:
            raise NotFound
        for route, match in found:
            if route.method == raw.method or (raw.method == "HEAD" and route.method == "GET"):
                return route, match.groupdict()
        raise NotAllowed(allowed=sorted({route.method for route, _ in found}))

    def _answer(self, route: Route, parameters: Mapping[str, str], raw: RawRequest) -> Answer[Any]:
        if len(raw.body) > route.limit:
            raise TooLarge(limit=route.limit)
        begun = time.monotonic()
        actor = _admitted(route, self._signature.read(raw.headers.get(ActorSignature.HEADER.lower())))
        wanted = _position(self.service, raw.headers.get("wait-for"))
        request: Request[Any, Any] = Request(
            path=parameters,
            query=_loaded(route.query, dict(raw.query)),
            body=raw.body if route.raw else _loaded(route.body, _json(raw)),
            actor=actor,
            now=self._clock.now(),
            correlation=raw.headers.get("correlation-id") or new_id(),
            success=route.success,
            deadline=begun + COMMAND_SECONDS if _is_short(route) else None,
            **self._identity(route, actor, raw) if route.writes else {},
        )
        if wanted is not None:
            self._wait_for(wanted)
        shown = self._shown() if route.public and not route.writes else None
        with opening_checked(self._may_open), _database_limit(request.deadline):
            answer = self._handled(route, request)
        if answer.position is None and shown is not None:
            return replace(answer, position=shown)
        return answer

    def _handled(self, route: Route, request: Request[Any, Any]) -> Answer[Any]:
        """The handler's answer, or the answer that the same request had before.

        A request can change the reason why its repetition is refused: a person who has handed over an office may not
        hand it over again. So after a problem the stored outcome is looked up. Most repetitions need no look-up,
        because their command finds the outcome.
        """
        try:
            return route.handler(self._parts, request)
        except (Malformed, Forbidden, NotFound, Erased) as error:
            before = request.before() if route.writes else None
            if before is not None:
                return recorded(before, route.success)
            if isinstance(error, Erased):
                raise Refused("participant-erased", "All that was known under this id was erased.") from error
            raise

    def _identity(self, route: Route, actor: Actor, raw: RawRequest) -> dict[str, Any]:
        key = idempotency_key(raw.headers.get("idempotency-key"))
        match = raw.headers.get("if-match")
        query = json.dumps(dict(raw.query), sort_keys=True).encode()
        return {
            "command_id": derived_id(actor.kind, actor.id, route.method, raw.path, key),
            "fingerprint": fingerprint(raw.body, query, (match or "").encode()),
            "expected": _version(match),
            "commands": self._commands,
        }

    def _headers(self, answer: Answer[Any]) -> dict[str, str]:
        headers = {"Content-Type": answer.content_type, "Cache-Control": "no-store", **answer.headers}
        if answer.version is not None:
            headers["ETag"] = f'"{answer.version}"'
        if answer.position is not None:
            headers["Position"] = f"{self.service}@{answer.position}"
        if answer.location is not None:
            headers["Location"] = answer.location
        return headers

    def _problem(self, problem: Problem, path: str) -> RawAnswer:
        headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store", **problem.headers()}
        if position := getattr(problem, "position", 0):
            headers["Position"] = f"{self.service}@{position}"
        return RawAnswer(problem.status, headers, json.dumps(problem.document()), path)


def _is_short(route: Route) -> bool:
    """Whether the whole request must end within ``COMMAND_SECONDS``: a write, unless the route takes large bodies."""
    return route.writes and route.limit <= BODY_BYTES


def _database_limit(deadline: float | None) -> AbstractContextManager[None]:
    """Let all that a handler asks of the database end by the deadline."""
    if deadline is None:
        return nullcontext()
    limit: AbstractContextManager[None] = pymongo.timeout(max(0.001, deadline - time.monotonic()))
    return limit


def _admitted(route: Route, actor: Actor) -> Actor:
    """The actor on this route: a partner counts only if the route admits partners, whatever the handler does with
    actors.
    """
    if actor.kind != "partner" or route.partners:
        return actor
    if route.writes:
        raise Forbidden("a partner's key does not open this")
    return ANONYMOUS


def _json(raw: RawRequest) -> Any:
    if raw.body and raw.headers.get("content-type", JSON).partition(";")[0].strip().lower() != JSON:
        raise Malformed("send application/json")
    return json_object(raw.body)


def _loaded(schema: Any, document: Any) -> Any:
    if schema is None:
        if document:
            raise Malformed(errors={name: ["Unknown field."] for name in document})
        return None
    return loaded(schema, document)


def _version(match: str | None) -> int | None:
    if match is None or match == "*":
        return None
    text = match.strip().removeprefix("W/").strip('"')
    if not _is_number(text):
        raise Malformed("If-Match is a version in quotes, as ETag gave it")
    return int(text)


def _position(service: str, header: str | None) -> int | None:
    for token in (header or "").split(","):
        name, _, number = token.strip().partition("@")
        if name == service:
            if not _is_number(number):
                raise Malformed("Wait-For is a position as an answer gave it")
            return int(number)
    return None


def _is_number(text: str) -> bool:
    # Python refuses to read a number with thousands of digits, and no count here gets that long.
    return text.isdecimal() and len(text) <= MOST_DIGITS


def _body(answer: Answer[Any]) -> str:
    if answer.body is None and answer.status == 204:
        return ""
    if isinstance(answer.body, str):
        return answer.body
    body = ANSWER.write(answer.body) if is_dataclass(answer.body) else answer.body
    return json.dumps(body, ensure_ascii=False)
