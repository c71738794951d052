"""Renders templates to HTML. All values are escaped, and the style sheet's address changes with its content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

HERE = Path(__file__).parent
STATIC = HERE / "static"
STYLE = f"/static/style.css?v={hashlib.sha256((STATIC / 'style.css').read_bytes()).hexdigest()[:10]}"

PROTECTION = {
    # Scripts are forbidden entirely, so even a text that was not escaped could not run.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Renderer:
    """Renders ``templates``. A name that is missing in the context is an error, not an empty place.

    ``bot_link(token)`` is the address that opens a chat with the community's bot, "" without a bot.
    """

    def __init__(self, community: str, bot_link: Callable[[str], str] = lambda _token: "") -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(style=STYLE, community=community, bot_link=bot_link)

    def html(self, template: str, context: Mapping[str, Any]) -> str:
        return self._environment.get_template(template).render(context)


def html_response(request: Request, html: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page with security headers. Only the visitor's own browser may cache the page."""
    response = Response(html, status, media_type="text/html", headers=PROTECTION | dict(headers or {}))
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if request.url.scheme == "https":
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
