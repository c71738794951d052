"""The server's addresses: the Bot API under `/bot<token>/`, the people's side under `/control/`, and pages for
people.
"""

import json
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.demo.telegram.bot_api import METHODS
from deploy.demo.telegram.control import Control
from deploy.demo.telegram.gate import AFTER, BEFORE, Gate, Refusal
from deploy.demo.telegram.pages import Pages
from deploy.demo.telegram.store import Store
from deploy.demo.telegram.updates import Updates

LISTENING = "getUpdates"
NAMES = {name.lower(): name for name in (*METHODS, LISTENING)}


class BotApi:
    """Answers the bot's calls, with parameters in any of Telegram's forms."""

    def __init__(self, store: Store, gate: Gate, updates: Updates, token: str) -> None:
        self._store = store
        self._gate = gate
        self._updates = updates
        self._token = token

    async def respond(self, request: Request) -> Response:
        """`{ok, result}`, or Telegram's error."""
        method = NAMES.get(request.path_params["method"].lower(), "")
        given = await _given(request)
        try:
            if request.path_params["token"] != self._token:
                raise Refusal(401, "Unauthorized")
            if not method:
                raise Refusal(404, "Not Found: method not found")
            result = await self._call(method, given)
        except Refusal as refusal:
            self._gate.remember(method or request.path_params["method"], given, refusal.code)
            headers = {"Retry-After": str(refusal.parameters["retry_after"])} if refusal.code == 429 else None
            return JSONResponse(refusal.document(), refusal.code, headers)
        return JSONResponse({"ok": True, "result": result})

    async def _call(self, method: str, given: Mapping[str, Any]) -> Any:
        await self._gate.wait(method, BEFORE)
        self._gate.judge(method, given)
        if method == LISTENING:
            return await self._updates.get(given)
        result = METHODS[method](self._store, given)
        self._gate.remember(method, given, 200)
        await self._gate.wait(method, AFTER)
        return result


def create(store: Store, token: str) -> Starlette:
    """The application over `store` for the bot with this token."""
    gate, updates = Gate(), Updates(store)
    control = Control(store, gate, updates)
    api = BotApi(store, gate, updates, token)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/bot{token}/{method}", api.respond, methods=["GET", "POST"]),
            Route("/healthz", healthz),
            *control.routes(),
            *Pages(store, control).routes(),
        ]
    )


async def _given(request: Request) -> dict[str, Any]:
    """The parameters, from the query, a form or JSON. In a query or form an object is written as JSON."""
    given: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            body = {}
        given |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        given |= {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return {name: _object(value) for name, value in given.items()}


def _object(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
