"""One visit of one page: who comes, in which language, what they ask of the services, and what they are shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.composed.composition import Composed, compose, query_of
from gateway.edge.caller import Caller
from gateway.edge.correlation import correlation_of
from gateway.edge.forwarding import Forwarding
from gateway.edge.transport import Reply
from gateway.web.forms import FORM_BYTES, KEY_FIELD, TOKEN_FIELD, Form, FormTokens, read_form
from gateway.web.news import NEWS
from gateway.web.rendering import Renderer, html_response
from gateway.words import UNREADABLE, LocalWords, instant
from services.kernel.base.ids import new_id
from services.kernel.base.problem import Problem, Unauthorized, Unavailable
from services.kernel.declare.policy import ANONYMOUS, EVERYWHERE

PART_SECONDS = 4.0
NAMES_AT_ONCE = 8


class SendAgain(Problem):
    """The visitor sends the same form once more, under the same key; ``sentence`` tells them why."""

    status, title = 400, "Send the form once more"

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


EXPIRED = "Halaman ini sudah lama terbuka, atau cookie dimatikan. Tekan tombolnya sekali lagi."


@dataclass
class Visit:
    """What a page's handler works with.

    After an attempt that failed: ``failed`` is why, ``fields`` what had been entered, and ``form_key`` the form's key, to be
    used again where it is not known whether the attempt took effect. Both belong to the form that was sent and to no
    other of the page: ``sent`` is that form where it was one of ours, ``entered`` what the form that is being written at
    this moment gets back. ``read`` is whether the form was read; that can be done once.
    """

    request: Request
    caller: Caller
    forwarding: Forwarding
    renderer: Renderer
    tokens: FormTokens
    words: LocalWords
    now: datetime
    failed: Problem | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    form_key: str = ""
    form_read: bool = False
    sent_form: Form | None = None
    refill: Mapping[str, str] | None = field(default=None, init=False)

    @property
    def person(self) -> str | None:
        """The id of whoever is logged in."""
        return self.caller.actor.id if self.caller.is_person else None

    def parameter(self, name: str) -> str:
        """A parameter of the path, or of the query; "" where there is none."""
        return str(self.request.path_params.get(name) or self.request.query_params.get(name, ""))

    def require_person(self) -> str:
        """The person's id. Raises ``Unauthorized``, which leads to the login; ``Unavailable`` while nobody can say."""
        if self.caller.unknown:
            raise Unavailable(service="members")
        if self.person is None:
            raise Unauthorized
        return self.person

    def may(self, permission: str, region: str | None) -> bool:
        """Whether to offer something. Only an offer: the service that decides checks it."""
        return self.caller.actor.may(permission, region)

    def may_somewhere(self, permission: str) -> bool:
        """Whether to offer something for any region at all."""
        return self.caller.actor.may_somewhere(permission)

    def regions_of(self, permission: str) -> tuple[str, ...] | None:
        """The regions in which a permission is held; None for all of them."""
        held = tuple(self.caller.actor.grants.get(permission, ()))
        return None if EVERYWHERE in held else held

    async def get(self, path: str, **query: Any) -> Any:
        """A read as the visitor: its document. Raises problems."""
        return await self.forwarding.ask(self.caller, "GET", path, query=query_of(**query))

    async def get_public(self, path: str, **query: Any) -> Any:
        """A read of what everybody sees, so that it may come from the cache; never older than what the visitor saw."""
        nobody = Caller(ANONYMOUS, seen=self.caller.seen, correlation=self.caller.correlation)
        return await self.forwarding.ask(nobody, "GET", path, query=query_of(**query))

    async def send(self, method: str, path: str, document: Mapping[str, Any], key: str) -> Any:
        """A command: the answer's document. Raises problems."""
        self.forwarding.admit(self.request, self.caller, method, path)
        return await self.forwarding.ask(self.caller, method, path, document=document, key=key)

    async def upload(self, path: str, body: bytes, key: str, **query: Any) -> Reply:
        """A file as it is: the reply, whatever its status."""
        headers = {"Content-Type": "text/csv", "Idempotency-Key": key}
        return await self.forwarding.call(
            self.caller, "POST", path, query=query_of(**query), headers=headers, body=body
        )

    async def gather(self, **calls: Awaitable[Any]) -> Composed:
        """Several reads at once; what is down is None."""
        return await compose(calls, seconds=PART_SECONDS)

    async def names(self, people: Iterable[str | None], path: str = "/v1/members/{}") -> dict[str, str]:
        """Person → name, of those whom the visitor may read and members can name."""
        turn = asyncio.Semaphore(NAMES_AT_ONCE)

        async def name(person: str) -> Any:
            async with turn:
                return (await self.get(path.format(person))).get("name")

        found = await compose({person: name(person) for person in set(people) if person}, seconds=PART_SECONDS)
        return {person: name for person, name in found.answers.items() if name}

    async def form(self, limit: int = FORM_BYTES) -> Form:
        """The form that was sent. Raises ``SendAgain`` for one that we did not show to this visitor."""
        self.form_read = True
        form = await read_form(self.request, limit)
        self.fields = form.fields
        self.form_key = form.key
        session = self.caller.session
        if not form.key or not self.tokens.is_valid(form.token, session.visitor if session else None):
            raise SendAgain(EXPIRED)
        self.sent_form = form
        return form

    async def read_form_if_unread(self) -> None:
        """Read the form of an attempt that ended before it got to it, so that nothing of what was typed is lost."""
        if not self.form_read:
            with suppress(Problem):
                await self.form()

    def has_failed(self, action: str, carried: Mapping[str, str] | None = None) -> bool:
        """Whether it was this form whose attempt failed: it goes to that address and carries the same of its own."""
        same = all(self.fields.get(name) == str(value) for name, value in (carried or {}).items())
        return self.failed is not None and action == self.request.url.path and same

    def begin_form(self, action: str, carried: Mapping[str, str] | None = None) -> Markup:
        """Begin a form that is sent to ``action``: its hidden fields. Until ``end`` it gets back what was entered in it."""
        again = self.has_failed(action, carried)
        self.refill = self.fields if again else None
        key = self.form_key if again and self.form_key else new_id()
        own = {KEY_FIELD: key, TOKEN_FIELD: self.tokens.make(self.caller.ensure_session().visitor), **(carried or {})}
        field_of = Markup('<input type="hidden" name="{}" value="{}">').format
        return Markup("").join(field_of(name, value) for name, value in own.items())

    def end_form(self) -> str:
        """The form ends; nothing is written."""
        self.refill = None
        return ""

    def refilled(self, name: str, otherwise: str = "") -> str:
        """What had been entered in the form that is being written, if it is the one that failed."""
        return otherwise if self.refill is None else self.refill.get(name, otherwise)

    def is_invalid(self, name: str) -> bool:
        """Whether what is wrong is this field of the form that is being written."""
        return self.refill is not None and name in (self.failed.extensions.get("errors", {}) if self.failed else {})

    def is_checked(self, name: str, otherwise: bool = False) -> bool:
        """Whether to tick: as it was sent, where this form was. A browser sends nothing of what is not ticked."""
        return otherwise if self.refill is None else name in self.refill

    def after_failure(self, problem: Problem) -> Visit:
        """The same visit after a failed attempt. Only an attempt whose outcome is open keeps its key."""
        open_outcome = isinstance(problem, SendAgain) or problem.status in {409, 503}
        return replace(self, failed=problem, form_key=self.form_key if open_outcome else "")

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """The page; after a failed attempt with its status and the reason on top."""
        failed = self.failed
        html = self.renderer.html(
            template,
            {
                "visit": self,
                "_": self.words,
                "words": self.words,
                "to_form": self.words.to_form,
                "news": self.words(NEWS[news])
                if (news := self.request.query_params.get("kabar", "")) in NEWS
                else None,
                "failure": failed and self.failure_text(failed),
                "errors": failed.extensions.get("errors", {}) if failed else {},
                "path": self.request.url.path,
                **context,
            },
        )
        headers = {"Correlation-Id": correlation_of(self.request), **(failed.headers() if failed else {})}
        return html_response(self.request, html, failed.status if failed else status, headers)

    def failure_text(self, problem: Problem) -> str:
        """Why an attempt failed."""
        if isinstance(problem, SendAgain):
            return self.words(problem.sentence)
        if problem.status == 503 and self.request.method == "GET":
            return self.words(UNREADABLE)
        return self.words.sentence(problem)

    def redirect(self, path: str, news: str = "") -> Response:
        """Go on to another page, which says what has happened; ``news`` is a name in ``NEWS``."""
        return RedirectResponse(f"{path}{f'?kabar={news}' if news else ''}", 303)

    def is_upcoming(self, activity: Mapping[str, Any]) -> bool:
        """Whether an activity still lies ahead, in domain time."""
        return instant(activity["starts"]) > self.now


def local_path(path: str, otherwise: str) -> str:
    """A path on this site that a link may lead to; ``otherwise`` for anything that could lead elsewhere."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if plain else otherwise


def login_path(request: Request) -> str:
    """The login page that leads back here."""
    return f"/masuk?lanjut={quote(request.url.path)}"
