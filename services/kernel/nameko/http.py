"""The entrypoint that answers HTTP: every path of a service, one worker per request."""

from __future__ import annotations

import json
import time
from typing import Any

import eventlet
from nameko.web.handlers import HttpRequestHandler
from nameko.web.server import WebServer
from werkzeug import Request, Response
from werkzeug.routing import Rule

from services.kernel.base.problem import Problem, TooLarge, Unavailable
from services.kernel.http.api import RawAnswer, RawRequest
from services.kernel.nameko.application import Assembled, metrics

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
MOST_BYTES = 5_000_000 + 1
BACKLOG = 256
ALIVE = frozenset({"/healthz", "/metrics"})
"""What a service answers while its database is away. ``/metrics`` shows the last known values, and their age."""


class ExclusiveServer(WebServer):  # type: ignore[misc]
    """A web server that does not share its port.

    By default eventlet listens with SO_REUSEPORT: a second process on the same port would start without an error and
    take every other request.
    """

    def start(self) -> None:
        if not self._starting:
            self._starting = True
            self._sock = eventlet.listen(self.bind_addr, backlog=BACKLOG, reuse_port=False)
            self._sock.settimeout(None)
            self._serv = self.get_wsgi_server(self._sock, self.get_wsgi_app())
            self._gt = self.container.spawn_managed_thread(self.run)

    def stop(self) -> None:
        if self._gt is not None:  # the port was taken, so no server is running
            super().stop()


class Routes(HttpRequestHandler):  # type: ignore[misc]
    """Gives each request to the service's method as a ``RawRequest`` and sends the ``RawAnswer``.

    The application decides which paths exist, so all errors have one form.
    """

    server = ExclusiveServer()
    assembled = Assembled()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("GET", "/<path:path>", **kwargs)

    def get_url_rule(self) -> Rule:
        return Rule(self.url, methods=METHODS, merge_slashes=False)

    def get_entrypoint_parameters(self, request: Request) -> tuple[tuple[RawRequest], dict[str, Any]]:
        return (_raw(request),), {}

    def handle_request(self, request: Request) -> Response:
        begun = time.monotonic()
        request.shallow = False
        if not self.assembled.prepared.is_set() and request.path not in ALIVE:
            return _problem(Unavailable("waiting for the database"))
        if (request.content_length or 0) > MOST_BYTES:
            return _problem(TooLarge(limit=MOST_BYTES - 1))
        response: Response = super().handle_request(request)
        metrics().requests.labels(
            self.container.service_name,
            request.method,
            response.headers.pop("Jejaring-Route", "unmatched"),
            str(response.status_code),
        ).observe(time.monotonic() - begun)
        return response

    def response_from_result(self, result: RawAnswer) -> Response:
        response = Response(result.body, result.status)
        for name, value in result.headers.items():
            response.headers[name] = value
        response.headers["Jejaring-Route"] = result.route
        return response

    def response_from_exception(self, exc: Exception) -> Response:
        return _problem(exc if isinstance(exc, Problem) else Problem())


def _raw(request: Request) -> RawRequest:
    return RawRequest(
        method=request.method,
        path=request.path,
        query={name: values[-1] for name, values in request.args.lists()},
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.stream.read(MOST_BYTES),
    )


def _problem(problem: Problem) -> Response:
    headers = {"Content-Type": "application/problem+json", **problem.headers()}
    return Response(json.dumps(problem.document()), problem.status, headers)


routes = Routes.decorator
