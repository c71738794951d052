"""What operators look at: liveness, readiness and metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import httpx
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.edge.transport import Transport
from services.kernel.base.problem import Problem
from services.kernel.declare.policy import ANONYMOUS

log = logging.getLogger(__name__)
HEALTH_SECONDS = 1.0
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The gateway's own metrics. Labels are route templates and known methods only, never a caller's path, so their
    number is bounded.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "jejaring_gateway_requests", "Requests by route, method and status.", ("route", "method", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "jejaring_gateway_seconds", "Time from request to answer.", ("route",), registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
        )  # fmt: skip
        self.running = Gauge("jejaring_gateway_running", "Requests being answered.", registry=self.registry)

    async def show(self, _request: Request) -> Response:
        """``GET /metrics``."""
        return Response(generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class RequestMetrics:
    """ASGI middleware that counts and times every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        started, status = time.monotonic(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._metrics.running.inc()
        try:
            await self._app(scope, receive, noting)
        finally:
            self._metrics.running.dec()
            route, seconds = scope["state"].get("route", "unmatched"), time.monotonic() - started
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.requests.labels(route, method, status).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            if "route" in scope["state"]:
                log.info("answered", extra=_line(scope, route, method, status, seconds))


def _line(scope: Scope, route: str, method: str, status: int, seconds: float) -> dict[str, Any]:
    """The fields of a request's log line: the route's template, but no path, query or body."""
    state = scope["state"]
    return {
        "route": route,
        "method": method,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "correlation": state.get("correlation", ""),
    }


class Health:
    """``/healthz`` and ``/readyz``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def alive(self, _request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(self, _request: Request) -> Response:
        """The gateway is ready as soon as it runs: it forwards requests even when services are down. ``services`` tells
        operators which services answer.
        """
        names = list(self._transport.urls)
        states = await asyncio.gather(*map(self._state, names))
        return JSONResponse({"status": "ready", "services": dict(zip(names, states, strict=True))})

    async def _state(self, service: str) -> str:
        try:
            reply = await self._transport.send(service, "GET", "/healthz", ANONYMOUS, seconds=HEALTH_SECONDS)
        except (Problem, httpx.HTTPError):
            return "down"
        return "up" if reply.status == 200 else f"answers {reply.status}"
