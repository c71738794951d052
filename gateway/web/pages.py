"""Turns a request into a page: makes the visit, handles problems, and saves the session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import tzinfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.edge.caller import Caller, Callers
from gateway.edge.forwarding import Forwarding
from gateway.edge.problems import problem_from
from gateway.edge.session import LANGUAGES
from gateway.web.forms import FormTokens
from gateway.web.rendering import Renderer
from gateway.web.visit import Visit, login_path
from gateway.words import INDONESIAN, LocalWords
from services.kernel.base.clock import Clock
from services.kernel.base.problem import Problem
from services.kernel.declare.policy import ANONYMOUS

Page = Callable[[Visit], Awaitable[Response]]
RETRYABLE = frozenset({400, 409, 412, 413, 422, 429, 503})
"""After these statuses the page is shown again, with the reason on top and the entered fields."""


def form_action(page: Page, attempt: Page) -> Page:
    """A form target: runs ``attempt``, and shows ``page`` again if the attempt fails."""

    async def act(visit: Visit) -> Response:
        try:
            return await attempt(visit)
        except Problem as problem:
            if problem.status not in {*RETRYABLE, 401}:
                raise
            await visit.read_form_if_unread()
            if problem.status == 401:
                return resend_after_login(visit, problem)
            failed = visit.after_failure(problem)
        try:
            return await page(failed)
        except Problem:
            # The page reads from the service that failed, so it cannot be shown either. The resend page keeps the text.
            if failed.sent_form is None or failed.sent_form.files:
                raise
            return resend_page(failed)

    return act


def resend_page(visit: Visit) -> Response:
    """A page that needs no service: the entered fields, and a button that sends them again."""
    texts = {name: text for name, text in visit.fields.items() if is_prose(text)}
    others = {name: text for name, text in visit.fields.items() if name not in texts}
    return visit.render("resend.html", texts=texts, others=others)


def resend_after_login(visit: Visit, problem: Problem) -> Response:
    """Keep the text of a form whose login expired while the visitor was writing. Raises ``problem`` if no text was
    written.

    The form's token belongs to another visitor now, so it proves nothing. But the cookie proves that the form is of
    this site.
    """
    if visit.caller.session is None or not any(map(is_prose, visit.fields.values())):
        raise problem
    return resend_page(replace(visit, failed=problem))


def is_prose(text: str) -> bool:
    """Whether a person wrote the text instead of choosing it: it has several words."""
    return len(text.split()) > 1


class Pages:
    """Makes Starlette endpoints of pages. ``zone`` is the time zone of the shown times."""

    def __init__(
        self,
        forwarding: Forwarding,
        callers: Callers,
        renderer: Renderer,
        tokens: FormTokens,
        *,
        clock: Clock,
        zone: tzinfo,
    ) -> None:
        self._forwarding = forwarding
        self._callers = callers
        self._renderer = renderer
        self._tokens = tokens
        self._clock = clock
        self._zone = zone

    def endpoint(self, page: Page, route: str) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that shows a page; ``route`` is the page's label in the metrics."""

        async def respond(request: Request) -> Response:
            request.state.route = route
            visit = await self._visit_of(request)
            try:
                response = await page(visit)
            except Problem as problem:
                response = self._error_response(visit, problem)
            self._callers.save(request, response, visit.caller)
            return response

        return respond

    async def show_problem(self, request: Request, error: Exception) -> Response:
        """A page for an error outside of a page's own handler, without a person's navigation."""
        problem = problem_from(request, error)
        return self._problem_page(self._make_visit(request, Caller(ANONYMOUS)), problem)

    async def _visit_of(self, request: Request) -> Visit:
        caller = await self._callers.caller_of(request, lenient=True)
        chosen = request.query_params.get("lang")
        if chosen in LANGUAGES and chosen != caller.language:
            caller.set_session(replace(caller.ensure_session(), language=chosen, seen=caller.seen))
            caller.language = chosen
        return self._make_visit(request, caller)

    def _make_visit(self, request: Request, caller: Caller) -> Visit:
        return Visit(
            request=request,
            caller=caller,
            forwarding=self._forwarding,
            renderer=self._renderer,
            tokens=self._tokens,
            words=LocalWords(caller.language or INDONESIAN, self._zone),
            now=self._clock.now(),
        )

    def _error_response(self, visit: Visit, problem: Problem) -> Response:
        if problem.status == 401:
            return RedirectResponse(login_path(visit.request), 303)
        return self._problem_page(visit, problem)

    @staticmethod
    def _problem_page(visit: Visit, problem: Problem) -> Response:
        incident = problem.extensions.get("incident")
        return replace(visit, failed=problem).render("problem.html", status=problem.status, incident=incident)
