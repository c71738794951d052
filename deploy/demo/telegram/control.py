"""The actions of people in the chats, and the orders to the server, as JSON.

GET  /control/chats                   all, each as the next
GET  /control/chats/{id}              {id, type, title, permissions, statuses, rights, messages: [oldest first]}
PUT  /control/chats/{id}              {title, type?, permissions?, members?, administrators?, bot?: member|administrator|none, rights?}
PUT  /control/people/{id}             {first_name, last_name?, username?, language_code?}
PUT  /control/people/{id}/blocked     {blocked}
POST /control/people/{id}/messages    {text, chat?, reply_to?, key?}: 201 with the message, for a used key the first message;
                                      403 if the group does not let the person write
GET  /control/calls                   the bot's calls: [{method, given, code, at}], ?method= for one method
PUT  /control/limits                  {chat?, group?, everything?}: [count, seconds] each
POST /control/failures                {method, code, times, retry_after?}
POST /control/hold                    {method, moment: before|after, times}; the next calls of it wait there
POST /control/release                 {dropped?}: all that are held go on, or have never come
GET  /control/held                    [method]
"""

import time
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.demo.telegram.chats import BOT_ID, FLAGS, RIGHTS, USUAL, Chat, entities
from deploy.demo.telegram.gate import Failure, Gate
from deploy.demo.telegram.store import Store
from deploy.demo.telegram.updates import Updates
from services.kernel.telegram.pacing import Pacing, Rate


class Control:
    """The people's side of the server."""

    def __init__(self, store: Store, gate: Gate, updates: Updates) -> None:
        self._store = store
        self._gate = gate
        self._updates = updates

    def write(
        self, user: int, text: str, chat_id: int | None = None, reply_to: int | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """A person writes into a chat, or to the bot. Raises `HTTPException` 403 if the person may not write, 404,
        400.
        """
        if key in self._store.chats.keys:
            known, number = self._store.chats.keys[key]
            return self._store.chats.chats[known].messages[number]
        person = self._store.chats.people.get(user)
        chat = self._store.chats.chats.get(user if chat_id is None else chat_id)
        if person is None or chat is None:
            raise HTTPException(404)
        if not text.strip():
            raise HTTPException(400, "There is no text.")
        if chat.is_group and user not in chat.statuses:
            raise HTTPException(403, "They are not in this group.")
        if chat.is_group and not chat.leads(user) and not chat.permissions.get("can_send_messages"):
            raise HTTPException(403, "The group does not let them write now.")
        message = {
            "message_id": chat.last + 1,
            "from": person.as_user(),
            "chat": chat.as_chat(person),
            "date": int(time.time()),
            "text": text,
        }
        if found := entities(text):
            message["entities"] = found
        if reply_to in chat.messages:
            message["reply_to_message"] = {
                name: value for name, value in chat.messages[reply_to].items() if name != "reply_to_message"
            }
        changes: list[Mapping[str, Any]] = [{"kind": "message", "message": message, "key": key}]
        if _is_shown(chat, message):
            update = {"update_id": self._store.chats.last_update + 1, "message": message}
            changes.append({"kind": "update", "update": update})
        self._store.keep(*changes)
        self._updates.ring()
        return message

    def routes(self) -> list[Route]:
        """All addresses of the people's side."""
        return [
            Route("/control/chats", self._chats),
            Route("/control/chats/{id:int}", self._chat),
            Route("/control/chats/{id:int}", self._put_chat, methods=["PUT"]),
            Route("/control/chats/-{id:int}", self._chat),
            Route("/control/chats/-{id:int}", self._put_chat, methods=["PUT"]),
            Route("/control/people/{id:int}", self._put_person, methods=["PUT"]),
            Route("/control/people/{id:int}/blocked", self._block, methods=["PUT"]),
            Route("/control/people/{id:int}/messages", self._write, methods=["POST"]),
            Route("/control/calls", self._calls),
            Route("/control/limits", self._limits, methods=["PUT"]),
            Route("/control/failures", self._fail, methods=["POST"]),
            Route("/control/hold", self._hold, methods=["POST"]),
            Route("/control/release", self._release, methods=["POST"]),
            Route("/control/held", self._held),
        ]

    async def _chats(self, _request: Request) -> Response:
        return JSONResponse([_shown(chat) for chat in self._store.chats.chats.values()])

    async def _chat(self, request: Request) -> Response:
        chat = self._store.chats.chats.get(_id(request))
        if chat is None:
            raise HTTPException(404)
        return JSONResponse(_shown(chat))

    async def _put_chat(self, request: Request) -> Response:
        given = await request.json()
        statuses = dict.fromkeys(map(str, given.get("members", ())), "member")
        statuses |= dict.fromkeys(map(str, given.get("administrators", ())), "administrator")
        if (bot := given.get("bot", "administrator")) != "none":
            statuses[str(BOT_ID)] = bot
        change = {
            "kind": "chat",
            "id": _id(request),
            "type": given.get("type", "supergroup"),
            "title": given["title"],
            "permissions": dict.fromkeys(FLAGS, False) | given.get("permissions", USUAL),
            "statuses": statuses,
            "rights": given.get("rights", dict.fromkeys(RIGHTS, True)),
        }
        self._store.keep(change)
        return JSONResponse(_shown(self._store.chats.chats[_id(request)]))

    async def _put_person(self, request: Request) -> Response:
        given = await request.json()
        names = {
            name: given[name] for name in ("first_name", "last_name", "username", "language_code") if name in given
        }
        self._store.keep({"kind": "person", "id": _id(request), **names})
        return JSONResponse(self._store.chats.people[_id(request)].as_user())

    async def _block(self, request: Request) -> Response:
        if _id(request) not in self._store.chats.people:
            raise HTTPException(404)
        self._store.keep(
            {"kind": "blocked", "id": _id(request), "blocked": (await request.json()).get("blocked") is True}
        )
        return Response(status_code=204)

    async def _write(self, request: Request) -> Response:
        given = await request.json()
        where = {"chat_id": given.get("chat"), "reply_to": given.get("reply_to"), "key": given.get("key")}
        message = self.write(_id(request), str(given.get("text", "")), **where)
        return JSONResponse(message, 201)

    async def _calls(self, request: Request) -> Response:
        method = request.query_params.get("method")
        return JSONResponse([call for call in self._gate.calls if method in (None, call["method"])])

    async def _limits(self, request: Request) -> Response:
        rates = {name: Rate(*rate) for name, rate in (await request.json()).items()}
        old = self._gate.pacing
        self._gate.pacing = Pacing(
            rates.get("everything", old.everything), rates.get("chat", old.chat), rates.get("group", old.group)
        )
        return Response(status_code=204)

    async def _fail(self, request: Request) -> Response:
        self._gate.failures.append(Failure(**await request.json()))
        return Response(status_code=204)

    async def _hold(self, request: Request) -> Response:
        given = await request.json()
        self._gate.hold(given["method"], given["moment"], int(given["times"]))
        return Response(status_code=204)

    async def _release(self, request: Request) -> Response:
        self._gate.release(dropped=(await request.json()).get("dropped") is True)
        return Response(status_code=204)

    async def _held(self, _request: Request) -> Response:
        return JSONResponse(self._gate.held)


def _id(request: Request) -> int:
    number = int(request.path_params["id"])
    return -number if "/chats/-" in request.url.path else number


def _shown(chat: Chat) -> dict[str, Any]:
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "permissions": chat.permissions,
        "statuses": {str(user): status for user, status in chat.statuses.items()},
        "rights": chat.rights,
        "messages": [chat.messages[number] for number in sorted(chat.messages)],
    }


def _is_shown(chat: Chat, message: Mapping[str, Any]) -> bool:
    """Whether the bot gets the message: as an administrator every message of the group, else only messages to the
    bot.
    """
    if not chat.is_group or chat.leads(BOT_ID):
        return True
    answers_bot = message.get("reply_to_message", {}).get("from", {}).get("id") == BOT_ID
    meant = any(entity["type"] in ("bot_command", "mention") for entity in message.get("entities", ()))
    return BOT_ID in chat.statuses and (answers_bot or meant)
