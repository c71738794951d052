"""A service's HTTP surface: a handler is a plain function, and the decorator above the function makes a route.

A handler is called with the service's parts and a request that has been read and validated and whose caller is known.
The handler checks the policy, takes a command or reads a view, and answers. Handlers never see HTTP.

The annotations of a handler give the shapes of body, query and answer, each a frozen dataclass (``schema``): ``def
vote(parts: Parts, request: Request[NewVote]) -> Answer[PollState]``, and ``Request[None, PollFilter]`` for a query
without a body.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypedDict, Unpack, get_args, get_origin, get_type_hints

from marshmallow import Schema
from typing_extensions import TypeVar

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Command, Event, Metadata
from services.kernel.commands.decider import CommandEnvelope, Commands, Decider, State, _no_answer
from services.kernel.declare.plain import ANSWER
from services.kernel.declare.policy import Actor
from services.kernel.declare.schema import Use, schema_of
from services.kernel.log.log import Commit

BODY_BYTES = 256_000
BodyT = TypeVar("BodyT", default=None)
QueryT = TypeVar("QueryT", default=None)
AnswerT_co = TypeVar("AnswerT_co", covariant=True, default=Any)
KeptT = TypeVar("KeptT")
MakeAnswer = Callable[[State, Sequence[Event]], KeptT]


@dataclass(frozen=True, slots=True)
class Answer(Generic[AnswerT_co]):
    """A handler's answer. ``version`` becomes the ``ETag``, ``position`` the ``Position``. A ``body`` of type str is
    sent as ``content_type``, any other body as JSON.
    """

    body: AnswerT_co | None = None
    status: int = 200
    version: int | None = None
    position: int | None = None
    location: str | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request(Generic[BodyT, QueryT]):
    """A request as a handler sees it.

    ``path`` holds the path's parameters, ``query`` and ``body`` the validated query string and body. ``command_id`` is
    derived from caller, method, path and ``Idempotency-Key`` ("" for reads), ``fingerprint`` from body and
    ``If-Match``. ``expected`` is the version in ``If-Match``. ``now`` is domain time. ``success`` is the status of the
    route's successful answer. ``deadline`` is the machine time at which the caller gives up, None for a route without a
    limit.
    """

    path: Mapping[str, str]
    query: QueryT
    body: BodyT
    actor: Actor
    now: datetime
    correlation: str
    command_id: str = ""
    fingerprint: str = ""
    expected: int | None = None
    commands: Commands | None = None
    success: int = 200
    deadline: float | None = None
    made: set[str] = field(default_factory=set, compare=False)

    def new_id(self, kind: str = "") -> str:
        """An id for a new object of this request; a repetition of the request gets the same id."""
        identity = derived_id(self.command_id, kind)
        self.made.add(identity)
        return identity

    def before(self) -> Commit | None:
        """The outcome that this request had before, None for a new request.

        Only for a handler whose answer holds more than the stored outcome; other handlers are answered from the outcome
        automatically. Raises the errors of ``Commands.repeated``.
        """
        return self._writing.repeated(self.command_id, self.fingerprint)

    def outcome(
        self,
        decider: Decider[State],
        identity: str,
        command: Command,
        answer: MakeAnswer[State, KeptT],
        *,
        location: str | None = None,
    ) -> Answer[KeptT]:
        """Take one command and answer with ``answer(state, events)`` of the state after it, under the route's status.

        The answer is kept with the commit, so a repetition of the request gets the same answer. Raises the errors of
        ``Commands.take``.
        """
        return recorded(self.take(decider, identity, command, answer), self.success, location)

    def take(
        self, decider: Decider[State], identity: str, command: Command, answer: MakeAnswer[State, Any] = _no_answer
    ) -> Commit:
        """Take one command under this request's id. Raises the errors of ``Commands.take``."""
        envelope = CommandEnvelope(
            command=command,
            identity=identity,
            command_id=self.command_id,
            meta=Metadata(correlation=self.correlation, actor=self.actor.id or None),
            request=self.fingerprint,
            expected=self.expected,
            fresh=identity in self.made,
            deadline=self.deadline,
        )
        return self._writing.take(decider, envelope, _plain(answer))

    def also(
        self,
        decider: Decider[State],
        identity: str,
        command: Command,
        step: str,
        *,
        actor: str | None = None,
        answer: MakeAnswer[State, Any] = _no_answer,
    ) -> Commit:
        """Take one of several commands of this request, on another stream.

        The command's id is derived from the request's id and from ``step``, so a request that is repeated after a crash
        goes on where it stopped. ``actor`` replaces the caller as the acting person. Raises the errors of
        ``Commands.take``.
        """
        meta = Metadata(correlation=self.correlation, actor=actor or self.actor.id or None)
        envelope = CommandEnvelope(command, identity, derived_id(self.command_id, step), meta, deadline=self.deadline)
        return self._writing.take(decider, envelope, _plain(answer))

    @property
    def _writing(self) -> Commands:
        if self.commands is None:
            raise RuntimeError("this route reads; it has no commands")
        return self.commands


def _plain(answer: MakeAnswer[State, Any]) -> MakeAnswer[State, Mapping[str, Any]]:
    """The same answer in the form that the commit keeps: JSON values."""

    def written(state: State, events: Sequence[Event]) -> Mapping[str, Any]:
        made = answer(state, events)
        kept: Mapping[str, Any] = ANSWER.write(made) if is_dataclass(made) else made
        return kept

    return written


Handler = Callable[[Any, Request[Any, Any]], Answer[Any]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Route:
    """One method of one path.

    ``path`` has parameters in braces: ``/v1/topics/{topic}``. The gateway forwards ``public`` routes; the others are
    for operators and services. ``name`` is the operation's id in OpenAPI. A route that ``writes`` needs an
    ``Idempotency-Key``. ``raw`` routes get the body as bytes, at most ``limit``. ``partners`` admits a partner's
    program as an actor; on other routes a partner is anonymous and may not write.
    """

    method: str
    path: str
    handler: Handler
    name: str
    summary: str
    body: Schema | None = None
    query: Schema | None = None
    answer: Schema | None = None
    public: bool = True
    raw: bool = False
    partners: bool = False
    limit: int = BODY_BYTES
    statuses: Sequence[int] = ()

    @property
    def writes(self) -> bool:
        """Whether the route changes data."""
        return self.method in {"POST", "PUT", "PATCH", "DELETE"}

    @property
    def success(self) -> int:
        """The status of a successful answer."""
        return next((status for status in self.statuses if status < 300), 200)


class RouteOptions(TypedDict, total=False):
    """The options of a ``Routes`` decorator besides the path; ``Route`` explains them. ``body``, ``query``, ``answer``
    and ``raw`` follow from the handler's annotations unless given.
    """

    body: Schema
    query: Schema
    answer: Schema
    public: bool
    raw: bool
    partners: bool
    limit: int
    statuses: Sequence[int]


class DeclaredRoute(Protocol):
    """What ``RouteTable`` needs to know of a route."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def name(self) -> str: ...


RouteT = TypeVar("RouteT", bound=DeclaredRoute)


class RouteTable(Collection[RouteT]):
    """Routes in the order of their definition, each with a name of its own.

    ``RouteTable(topics.routes, venues.routes)`` joins the routes of several modules. A subclass adds a decorator for each
    HTTP method. Raises ``ValueError`` for two operations of one name.
    """

    def __init__(self, *parts: Iterable[RouteT]) -> None:
        self._routes: dict[str, RouteT] = {}
        for part in parts:
            for route in part:
                self._add(route)

    def __iter__(self) -> Iterator[RouteT]:
        return iter(self._routes.values())

    def __len__(self) -> int:
        return len(self._routes)

    def __contains__(self, route: object) -> bool:
        return route in self._routes.values()

    def _add(self, route: RouteT) -> None:
        other = self._routes.setdefault(route.name, route)
        if other is not route:
            raise ValueError(
                f"two operations are called {route.name!r}: {other.method} {other.path} and {route.method} {route.path}"
            )


class Routes(RouteTable[Route]):
    """The routes of a module or of a whole service, in the order of their definition.

    ``Routes(topics.routes, venues.routes)`` joins the routes of several modules. ``get``, ``post``, ``put``, ``patch``
    and ``delete`` decorate a handler and return it unchanged. The function's name becomes the operation's id
    (``open_poll``: ``open-poll``; a trailing underscore is dropped), the first paragraph of its docstring the summary,
    without the full stop at its end. Raises ``ValueError`` for a handler without a docstring and for two operations of
    one name.
    """

    def get(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        return self._decorator("GET", path, options)

    def post(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        return self._decorator("POST", path, options)

    def put(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        return self._decorator("PUT", path, options)

    def patch(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        return self._decorator("PATCH", path, options)

    def delete(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        return self._decorator("DELETE", path, options)

    def _decorator(self, method: str, path: str, options: RouteOptions) -> Callable[[H], H]:
        def decorate(handler: H) -> H:
            name, summary = operation_name(handler), operation_summary(handler)
            self._add(Route(method, path, handler, name, summary, **(_annotated(handler) | options)))
            return handler

        return decorate


def _annotated(handler: Handler) -> RouteOptions:
    """The options in a handler's annotations; ``Request[bytes]`` gets the raw body."""
    hints = get_type_hints(handler, include_extras=True)
    request = next((hint for hint in hints.values() if get_origin(hint) is Request), None)
    body, query, *_ = (*get_args(request), None, None)
    answer, *_ = (*get_args(hints.get("return")), None)
    shapes: Mapping[Use, Any] = {"body": body, "query": query, "answer": answer}
    said: Any = {use: schema for use, shape in shapes.items() if (schema := _schema(shape, use)) is not None}
    options: RouteOptions = said | ({"raw": True} if body is bytes else {})
    return options


def _schema(shape: Any, use: Use) -> Schema | None:
    return schema_of(shape, use)() if is_dataclass(get_origin(shape) or shape) else None


def operation_name(handler: Callable[..., Any]) -> str:
    """The operation's id in OpenAPI for a handler."""
    return handler.__name__.removesuffix("_").replace("_", "-")


def operation_summary(handler: Callable[..., Any]) -> str:
    """The first paragraph of a handler's docstring without its full stop. Raises ``ValueError`` for a handler without a
    docstring.
    """
    paragraph = (inspect.getdoc(handler) or "").split("\n\n")[0]
    if not paragraph.strip():
        raise ValueError(
            f"{handler.__module__}.{handler.__name__} has no docstring; its first paragraph is the operation's summary"
        )
    return " ".join(paragraph.split()).removesuffix(".")


def recorded(commit: Commit, status: int = 200, location: str | None = None) -> Answer[Any]:
    """The answer to a command: the commit's stored answer, version and position."""
    body = {key: value for key, value in commit.answer.items() if key != "version"}
    return Answer(body, status, commit.answer.get("version"), commit.position, location)
