"""Turns messages to the community's bot, or in a group with the bot, into calls of the services.

No message text is stored here. Telegram ids go to members only, because members knows whose account an id is. A person
without a linked account takes part under an id that is derived from the Telegram id and the community's secret.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from gateway.edge.identity import GATEWAY
from gateway.edge.transport import Transport
from gateway.words import Words
from services.kernel.base.clock import Clock
from services.kernel.base.ids import derived_secret
from services.kernel.base.problem import Problem, problem_for

HELLO = "hello"
LINKED = "linked"
PRESENT = "present"
ASKED = "asked"
EMPTY = "empty"
HINT = "hint"
SENTENCES: Mapping[str, str] = {
    HELLO: "Halo! Agar pesan komunitas sampai di sini, buka halaman Anda di {pages}, lalu hubungkan Telegram dari sana.",
    LINKED: "Telegram Anda sudah terhubung. Pesan mana yang sampai di sini dapat diatur di halaman Anda.",
    PRESENT: "Kehadiran Anda tercatat: {title}.",
    ASKED: "Pertanyaan Anda tercatat, nomor {place} dalam antrean.",
    EMPTY: "Tulis pertanyaannya setelah /tanya, misalnya: /tanya Bagaimana membuat cadangan data?",
    HINT: "Selama kuliah berlangsung, tulis «hadir» untuk presensi atau «/tanya» diikuti pertanyaan. Hal lain lebih mudah di {pages}.",
}
GROUPS = ("group", "supergroup")
START = re.compile(r"/start(?:@\w+)?(?:\s+(\S{1,64}))?\s*", re.IGNORECASE)
ASK = re.compile(r"/tanya(?:@\w+)?\b\s*(.*)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"(?<!\w)#tanya\b", re.IGNORECASE)
PRESENCE = re.compile(r"\bhadir\b", re.IGNORECASE)
NO_PRESENCE = re.compile(
    r"\b(?:tidak|tak|tdk|gak|nggak|enggak|belum|blm|kalau|kapan|siapa|apa|apakah)\b|\byang\s+(?:\w+\s+)?hadir\b|\?",
    re.IGNORECASE,
)
"""The writer is absent, speaks of others, or asks something. «Bisa» alone does not count: «hadir, bisa» means present.
"""
MAX_PRESENCE_CHARACTERS = 80
MAX_QUESTION_CHARACTERS = 2000
RETRY_STATUSES = (409, 429, 503)
"""Statuses after which the same call is repeated."""


ALREADY_HANDLED: Mapping[str, Any] = {}


class RetryUpdate(Exception):
    """A service is unavailable at the moment: the same update must be handled again later."""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message of a person. ``chat`` is the chat's id, ``user`` the sender's, ``at`` the time by Telegram's clock."""

    update: int
    chat: int
    private: bool
    user: int
    message_id: int
    text: str
    language: str
    at: datetime

    def __repr__(self) -> str:
        return f"IncomingMessage({self.update})"  # so that no log or traceback shows the message


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to ``message`` in the same chat."""

    chat: int
    message: int
    text: str
    silent: bool


def incoming_message(update: Mapping[str, Any]) -> IncomingMessage | None:
    """The message in an update. None for anything else than a person's text: bots, media, and messages in the name of a
    group or channel.
    """
    message = update.get("message") or {}
    chat, sender, text = message.get("chat") or {}, message.get("from") or {}, message.get("text")
    if (
        not text
        or sender.get("is_bot", True)
        or "sender_chat" in message
        or chat.get("type") not in ("private", *GROUPS)
    ):
        return None
    return IncomingMessage(
        update=update["update_id"],
        chat=chat["id"],
        private=chat["type"] == "private",
        user=sender["id"],
        message_id=message["message_id"],
        text=text.strip(),
        language="en" if str(sender.get("language_code", "")).startswith("en") else "id",
        at=datetime.fromtimestamp(message.get("date", 0), UTC),
    )


def question_in(text: str) -> str | None:
    """The question in a message; "" when the command stands alone, None for a message without a question."""
    if found := ASK.match(text):
        return found[1].strip()
    return TAG.sub("", text).strip() if TAG.search(text) else None


def is_presence(text: str) -> bool:
    """Whether the writer says «hadir» of themselves, and does not deny or ask."""
    return len(text) <= MAX_PRESENCE_CHARACTERS and bool(PRESENCE.search(text)) and not NO_PRESENCE.search(text)


class BotConversation:
    """Passes messages on to members and events. ``secret`` derives the ids of unlinked accounts, ``pages`` is the
    gateway's public address, ``clock`` is domain time.
    """

    def __init__(self, transport: Transport, secret: bytes, clock: Clock, pages: str) -> None:
        self._transport = transport
        self._secret = secret
        self._clock = clock
        self._pages = pages

    async def handle(self, update: Mapping[str, Any]) -> Reply | None:
        """Do what the update asks for, and return the reply. A repeated update has its effect once. Raises
        ``RetryUpdate``.
        """
        message = incoming_message(update)
        if message is None:
            return None
        words = Words(message.language)
        if message.private and (start := START.fullmatch(message.text)):
            return self._reply(message, await self._start(message, start[1], words))
        asked = question_in(message.text)
        if asked is not None:
            return self._reply(message, await self._ask(message, asked, words))
        if is_presence(message.text):
            return self._reply(message, await self._present(message, words))
        return self._reply(message, words(SENTENCES[HINT], pages=self._pages)) if message.private else None

    def guest_id(self, user: int) -> str:
        """The participant id of an unlinked Telegram account. The id is always the same and does not reveal the
        account.
        """
        digest = derived_secret(self._secret, "telegram-guest", str(user))
        return str(uuid.UUID(bytes=digest[:16], version=5))

    async def _start(self, message: IncomingMessage, token: str | None, words: Words) -> str:
        if token is None:
            return words(SENTENCES[HELLO], pages=self._pages)
        body = {"token": token, "chat": str(message.chat), "guest": self.guest_id(message.user)}
        answer = await self._call("members", "/internal/telegram-link", message, body)
        return words.sentence(answer) if isinstance(answer, Problem) else words(SENTENCES[LINKED])

    async def _ask(self, message: IncomingMessage, text: str, words: Words) -> str | None:
        if not text:
            return words(SENTENCES[EMPTY])
        body = {**await self._author(message), "text": " ".join(text[:MAX_QUESTION_CHARACTERS].split())}
        answer = await self._call("events", "/internal/lectures/questions", message, body)
        if isinstance(answer, Problem):
            return words.sentence(answer) if message.private else None
        if answer is ALREADY_HANDLED:
            return None
        return words(SENTENCES[ASKED], place=answer.get("place") or 1)

    async def _present(self, message: IncomingMessage, words: Words) -> str | None:
        answer = await self._call("events", "/internal/lectures/presence", message, await self._author(message))
        if not message.private or answer is ALREADY_HANDLED:
            return None  # fifty confirmations in a row would flood the group
        if isinstance(answer, Problem):
            return words.sentence(answer)
        return words(SENTENCES[PRESENT], title=answer["title"])

    async def _author(self, message: IncomingMessage) -> dict[str, Any]:
        """Place, time and author of a message: the member whose account wrote the message, or a guest."""
        # In whole seconds, so that a repeated call has the same body and is recognised.
        apart = timedelta(seconds=round((self._clock.now() - datetime.now(UTC)).total_seconds()))
        at = (message.at + apart).isoformat()
        where = {"at": at} if message.private else {"at": at, "chat": str(message.chat)}
        query = urlencode({"chat": str(message.user)})
        reply = await self._transport.send("members", "GET", "/internal/telegram", GATEWAY, query=query)
        if reply.status in RETRY_STATUSES or reply.status >= 500:
            raise RetryUpdate(f"members answers {reply.status} to whose an account is")
        person = reply.document.get("person") if reply.status == 200 else None
        return {**where, "person": person} if person else {**where, "guest": self.guest_id(message.user)}

    async def _call(self, service: str, path: str, message: IncomingMessage, body: Mapping[str, Any]) -> Any:
        """The service's answer, or its final problem. Raises ``RetryUpdate``.

        ``ALREADY_HANDLED`` means that the update was handled before with another body, for example because the person
        has linked the account since.
        """
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"telegram-{message.update}"}
        content = json.dumps(body).encode()
        reply = await self._transport.send(service, "POST", path, GATEWAY, headers=headers, body=content)
        if reply.status < 400:
            return reply.document
        if reply.status in RETRY_STATUSES or reply.status >= 500:
            raise RetryUpdate(f"{service} answers {reply.status}")
        document = reply.document
        if reply.status == 422 and not document.get("rule"):
            return ALREADY_HANDLED
        problem = problem_for(reply.status, str(document.get("detail", "")))
        problem.extensions["rule"] = document.get("rule")
        return problem

    def _reply(self, message: IncomingMessage, text: str | None) -> Reply | None:
        return None if text is None else Reply(message.chat, message.message_id, text, silent=not message.private)
