"""The gateway as an ASGI application: builds its parts once and lists its routes."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.api.dependencies import Dependencies
from gateway.api.openapi import merged, operations_by_tag
from gateway.api.own_api import OWN_OPERATIONS, own_routes
from gateway.bot.conversation import BotConversation
from gateway.bot.telegram import BotListener
from gateway.composed.calendar import Calendar
from gateway.configuration import Configuration, configuration_from
from gateway.edge.cache import HotReads
from gateway.edge.caller import Callers
from gateway.edge.forwarding import Forwarding, ForwardingEndpoint
from gateway.edge.health import Health, Metrics, RequestMetrics
from gateway.edge.identity import Identities
from gateway.edge.limits import Limits
from gateway.edge.problems import ErrorResponses, show_problem
from gateway.edge.session import SessionCookie
from gateway.edge.surface import read_fragments, surface_of
from gateway.edge.transport import Transport
from gateway.papers.certificates import CertificatePdfs
from gateway.reports.report import EvidenceReports
from gateway.web.forms import FormTokens
from gateway.web.pages import Pages
from gateway.web.rendering import Renderer, html_response
from gateway.web.routes import page_routes
from services.kernel.base import logs
from services.kernel.base.problem import Problem
from services.kernel.declare.policy import ActorSignature
from services.kernel.telegram.bot_api import Telegram

ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def create() -> Starlette:
    """The application that the environment describes. uvicorn calls this function: ``uvicorn --factory
    gateway.app:create``.
    """
    log_as_json()
    return application(configuration_from(os.environ))


def log_as_json() -> None:
    """Write one JSON object per log line, as the services do. Request paths and queries are left out, because they
    contain what people ask for.
    """
    logs.configure()
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # RequestMetrics writes a line with the route instead
    logging.getLogger("httpx").setLevel(logging.WARNING)


def application(configuration: Configuration) -> Starlette:
    """The application of a configuration. Raises ``SettingsError`` when a service's fragment is missing or two owners
    claim one path.
    """
    fragments = read_fragments(configuration.rooms, configuration.urls)
    transport = Transport(configuration.urls, ActorSignature(configuration.signing))
    identities = Identities(transport)
    forwarding = Forwarding(surface_of(fragments, OWN_OPERATIONS), transport, identities, HotReads(), Limits())
    callers = Callers(identities, SessionCookie(configuration.signing))
    listener = _bot_listener(configuration, transport)
    renderer = Renderer(configuration.community, listener.link) if listener else Renderer(configuration.community)
    tokens = FormTokens(configuration.signing)
    pages = Pages(forwarding, callers, renderer, tokens, clock=configuration.clock, zone=configuration.time_zone)
    api = ForwardingEndpoint(forwarding, callers)
    calendar = Calendar(
        forwarding, configuration.clock, configuration.community_host, configuration.community, configuration.public_url
    )
    public_url = configuration.public_url or f"https://{configuration.community_host}"
    reports = EvidenceReports(
        forwarding, configuration.clock, configuration.time_zone, configuration.community, public_url
    )
    deps = Dependencies(forwarding, transport, reports, configuration.clock)
    papers = CertificatePdfs(configuration.community, public_url, configuration.time_zone)
    document = merged(fragments, configuration.community)
    health, metrics = Health(transport), Metrics()

    async def openapi(_request: Request) -> Response:
        return JSONResponse(document)

    async def docs(request: Request) -> Response:
        return html_response(request, renderer.html("docs.html", {"groups": operations_by_tag(document)}))

    async def show_error(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
        return await (pages.show_problem if wants_page else show_problem)(request, error)

    @asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        if listener is not None:
            listener.start()
        yield
        if listener is not None:
            listener.stop()
        await transport.close()

    return Starlette(
        routes=[
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            Route("/metrics", metrics.show),
            Route("/openapi.json", openapi),
            Route("/docs", docs),
            Route("/calendar.ics", calendar.show),
            *own_routes(deps, callers),
            Route("/v1/{rest:path}", api.respond, methods=ALL_METHODS),
            *page_routes(pages, identities, reports, papers),
        ],
        middleware=[
            Middleware(RequestMetrics, metrics=metrics),
            Middleware(GZipMiddleware, minimum_size=1000),
            Middleware(ErrorResponses, show=show_error),
        ],
        exception_handlers={Problem: show_error, HTTPException: show_error},
        lifespan=lifespan,
    )


def _bot_listener(configuration: Configuration, transport: Transport) -> BotListener | None:
    """The listener of the community's bot; None when no bot is configured."""
    if configuration.telegram is None:
        return None
    pages = configuration.public_url or f"https://{configuration.community_host}"
    conversation = BotConversation(transport, bytes.fromhex(configuration.signing), configuration.clock, pages)
    return BotListener(Telegram(configuration.telegram), conversation.handle)
