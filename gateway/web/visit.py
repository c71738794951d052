"""One visit to a page: the visitor, the language, the calls to services, and the rendered page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

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
    """The visitor must send the same form again under the same key; ``sentence`` tells the visitor why."""

    status, title = 400, "Send the form once more"

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


EXPIRED = "Halaman ini sudah lama terbuka, atau cookie dimatikan. Tekan tombolnya sekali lagi."


@dataclass
class Visit:
    """The tools of a page's handler.

    After a failed attempt, ``failed`` is the reason, ``fields`` are the entered fields, and ``form_key`` is the form's
    key if the attempt may have taken effect. Both belong to the sent form only, not to other forms of the page.
    ``sent_form`` is that form if it was one of ours. ``refill`` are the fields for the form that is being rendered at
    the moment. ``form_read`` tells whether the form was read, which is possible only once.
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
        """The id of the logged-in person."""
        return self.caller.actor.id if self.caller.is_person else None

    def parameter(self, name: str) -> str:
        """A parameter of the path or the query; "" when missing."""
        return str(self.request.path_params.get(name) or self.request.query_params.get(name, ""))

    def in_language(self, language: str) -> str:
        """The address of this page in another language: the same query without the message after a form."""
        kept = {name: value for name, value in self.request.query_params.items() if name != "kabar"}
        return f"?{urlencode(kept | {'lang': language})}"

    def require_person(self) -> str:
        """The person's id. Raises ``Unauthorized``, which leads to the login, or ``Unavailable`` while the visitor
        cannot be identified.
        """
        if self.caller.unknown:
            raise Unavailable(service="members")
        if self.person is None:
            raise Unauthorized
        return self.person

    def may(self, permission: str, region: str | None) -> bool:
        """Whether to offer an action. The service that decides checks the permission again."""
        return self.caller.actor.may(permission, region)

    def may_somewhere(self, permission: str) -> bool:
        """Whether to offer an action for any region."""
        return self.caller.actor.may_somewhere(permission)

    def regions_of(self, permission: str) -> tuple[str, ...] | None:
        """The regions in which the visitor has a permission; None for all regions."""
        held = tuple(self.caller.actor.grants.get(permission, ()))
        return None if EVERYWHERE in held else held

    async def get(self, path: str, **query: Any) -> Any:
        """Read as the visitor; returns the document. Raises problems."""
        return await self.forwarding.ask(self.caller, "GET", path, query=query_of(**query))

    async def get_public(self, path: str, **query: Any) -> Any:
        """Read as an anonymous caller, so the cache may answer. The answer is never older than what the visitor has
        seen.
        """
        nobody = Caller(ANONYMOUS, seen=self.caller.seen, correlation=self.caller.correlation)
        return await self.forwarding.ask(nobody, "GET", path, query=query_of(**query))

    async def send(self, method: str, path: str, document: Mapping[str, Any], key: str) -> Any:
        """Send a command; returns the answer's document. Raises problems."""
        self.forwarding.admit(self.request, self.caller, method, path)
        return await self.forwarding.ask(self.caller, method, path, document=document, key=key)

    async def upload(self, path: str, body: bytes, key: str, **query: Any) -> Reply:
        """Send a file unchanged; returns the reply, whatever its status."""
        headers = {"Content-Type": "text/csv", "Idempotency-Key": key}
        return await self.forwarding.call(
            self.caller, "POST", path, query=query_of(**query), headers=headers, body=body
        )

    async def read_all(self, **calls: Awaitable[Any]) -> Composed:
        """Several reads at once; a failed read is None."""
        return await compose(calls, seconds=PART_SECONDS)

    async def names(self, people: Iterable[str | None], path: str = "/v1/members/{}") -> dict[str, str]:
        """Person → name, for the people whose names the visitor may read."""
        turn = asyncio.Semaphore(NAMES_AT_ONCE)

        async def name(person: str) -> Any:
            async with turn:
                return (await self.get(path.format(person))).get("name")

        found = await compose({person: name(person) for person in set(people) if person}, seconds=PART_SECONDS)
        return {person: name for person, name in found.answers.items() if name}

    async def form(self, limit: int = FORM_BYTES) -> Form:
        """The sent form. Raises ``SendAgain`` for a form that was not made for this visitor."""
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
        """Read the form of an attempt that failed before reading it, so that the entered text is not lost."""
        if not self.form_read:
            with suppress(Problem):
                await self.form()

    def has_failed(self, action: str, carried: Mapping[str, str] | None = None) -> bool:
        """Whether this form is the one whose attempt failed: it has the same action and the same carried fields."""
        same = all(self.fields.get(name) == str(value) for name, value in (carried or {}).items())
        return self.failed is not None and action == self.request.url.path and same

    def begin_form(self, action: str, carried: Mapping[str, str] | None = None) -> Markup:
        """Begin a form that is sent to ``action``: returns its hidden fields. Until ``end_form`` its fields are
        refilled if it failed.
        """
        again = self.has_failed(action, carried)
        self.refill = self.fields if again else None
        key = self.form_key if again and self.form_key else new_id()
        own = {KEY_FIELD: key, TOKEN_FIELD: self.tokens.make(self.caller.ensure_session().visitor), **(carried or {})}
        field_of = Markup('<input type="hidden" name="{}" value="{}">').format
        return Markup("").join(field_of(name, value) for name, value in own.items())

    def end_form(self) -> str:
        """End the form; returns an empty text for the template."""
        self.refill = None
        return ""

    def refilled(self, name: str, otherwise: str = "") -> str:
        """The entered value of a field if the form being rendered has failed, else ``otherwise``."""
        return otherwise if self.refill is None else self.refill.get(name, otherwise)

    def is_invalid(self, name: str) -> bool:
        """Whether this field of the form being rendered is the reason of the failure."""
        return self.refill is not None and name in (self.failed.extensions.get("errors", {}) if self.failed else {})

    def is_checked(self, name: str, otherwise: bool = False) -> bool:
        """Whether to tick a box: as it was sent if this form has failed. Browsers do not send unticked boxes."""
        return otherwise if self.refill is None else name in self.refill

    def after_failure(self, problem: Problem) -> Visit:
        """The same visit after a failed attempt. The key is kept only if the attempt may have taken effect."""
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
        """The reason of a failed attempt, as a sentence."""
        if isinstance(problem, SendAgain):
            return self.words(problem.sentence)
        if problem.status == 503 and self.request.method == "GET":
            return self.words(UNREADABLE)
        return self.words.sentence(problem)

    def redirect(self, path: str, news: str = "") -> Response:
        """Redirect to another page, which shows the message ``news``, a name in ``NEWS``."""
        return RedirectResponse(f"{path}{f'?kabar={news}' if news else ''}", 303)

    def starts_in_future(self, activity: Mapping[str, Any]) -> bool:
        """Whether an activity starts in the future, in domain time."""
        return instant(activity["starts"]) > self.now


def local_path(path: str, otherwise: str) -> str:
    """A path on this site that a link may lead to; ``otherwise`` for a path that could lead to another site."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if plain else otherwise


def login_path(request: Request) -> str:
    """The login page that leads back to this page."""
    return f"/masuk?lanjut={quote(request.url.path)}"
