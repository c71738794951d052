"""The pages on which a person sees the groups and private chats, and writes as one of the people.

GET  /                  the chats
GET  /obrolan/{id}      one: its permissions now, its messages, a form
POST /obrolan/{id}      orang, teks: write
GET  /mulai?start=      stands in for https://t.me/<bot>?start= : who opens a chat with the bot?
POST /mulai             start, and orang or nama: open the chat
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.demo.telegram.chats import BOT, Chat
from deploy.demo.telegram.control import Control
from deploy.demo.telegram.store import Store
from services.kernel.base.local_time import zone

SHOWN = 200
FIRST_NUMBER = 100_000


class Pages:
    """Indonesian pages for a phone; all that people wrote is shown as text."""

    def __init__(self, store: Store, control: Control) -> None:
        self._store = store
        self._control = control
        self._templates = Environment(loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True)
        self._templates.filters.update(hour=lambda date: f"{datetime.fromtimestamp(date, zone()):%H.%M}")
        self._templates.globals.update(bot=BOT["first_name"], name=self._name)

    def routes(self) -> list[Route]:
        """All addresses of the pages."""
        return [
            Route("/", self._list),
            Route("/obrolan/{id}", self._chat),
            Route("/obrolan/{id}", self._write, methods=["POST"]),
            Route("/mulai", self._start_form),
            Route("/mulai", self._start, methods=["POST"]),
        ]

    async def _list(self, _request: Request) -> Response:
        chats = sorted(self._store.chats.chats.values(), key=lambda chat: (not chat.is_group, self._name(chat)))
        return self._page("list.html", chats=chats)

    async def _chat(self, request: Request) -> Response:
        return self._page("chat.html", **self._shown(self._found(request)))

    async def _write(self, request: Request) -> Response:
        chat, form = self._found(request), await request.form()
        try:
            self._control.write(int(str(form.get("orang", "0"))), str(form.get("teks", "")), chat.id)
        except (HTTPException, ValueError):
            sentence = "Tidak terkirim: grup ini sedang dibatasi, atau tulisannya kosong."
            return self._page("chat.html", 403, **self._shown(chat), trouble=sentence)
        return RedirectResponse(f"/obrolan/{chat.id}", 303)

    async def _start_form(self, request: Request) -> Response:
        return self._page(
            "start.html", people=self._store.chats.people.values(), start=request.query_params.get("start", "")
        )

    async def _start(self, request: Request) -> Response:
        form = await request.form()
        person, name = str(form.get("orang", "")), str(form.get("nama", "")).strip()
        number = int(person) if person.isdecimal() else max([FIRST_NUMBER, *self._store.chats.people]) + 1
        if not person and name:
            self._store.keep({"kind": "person", "id": number, "first_name": name})
        try:
            self._control.write(number, f"/start {form.get('start', '')}".strip())
        except HTTPException:
            sentence = "Pilih siapa yang memulai, atau tulis namanya."
            people = self._store.chats.people.values()
            return self._page("start.html", 400, people=people, start=form.get("start", ""), trouble=sentence)
        return RedirectResponse(f"/obrolan/{number}", 303)

    def _shown(self, chat: Chat) -> dict[str, Any]:
        people = self._store.chats.people
        writers = [people[user] for user in (chat.statuses if chat.is_group else (chat.id,)) if user in people]
        messages = [chat.messages[number] for number in sorted(chat.messages)[-SHOWN:]]
        return {"chat": chat, "writers": writers, "messages": messages}

    def _found(self, request: Request) -> Chat:
        try:
            return self._store.chats.chats[int(request.path_params["id"])]
        except (KeyError, ValueError):
            raise HTTPException(404, "Obrolan itu tidak ada.") from None

    def _name(self, chat: Chat) -> str:
        person = self._store.chats.people.get(chat.id)
        return f"{person.first_name} {person.last_name}".strip() if person else chat.title

    def _page(self, template: str, status: int = 200, **shown: Any) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(**shown), status)
