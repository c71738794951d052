"""Telegram's Bot API over plain HTTP: the few needed methods, with unchanged JSON objects in and out.

Objects are not typed, so a permission flag that Telegram adds tomorrow is sent back as received
(``docs/adr/0008-telegram-over-plain-http.md``). Every address contains the bot's token, so no message of the HTTP
library leaves this module, neither in an exception nor in a log.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TypeAlias

import httpx

from services.kernel.base.settings import TelegramBot

Object: TypeAlias = dict[str, Any]
Chat: TypeAlias = int | str

ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 8_000_000
NEVER_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "InvalidURL")
"""The library's errors for a request that has not left this machine."""
LONGEST_TEXT = 4096
"""The longest text, in UTF-16 units as Telegram counts; a longer text is refused with 400."""

# At `info` the library writes a line for each request, with its address.
logging.getLogger("httpx").setLevel(logging.WARNING)


class TelegramError(Exception):
    """Telegram did not do what was asked. The message holds the method and Telegram's own sentence, never an
    address.
    """


class TooManyRequests(TelegramError):
    """The bot was too fast; try again after ``retry_after`` seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Blocked(TelegramError):
    """403: the person blocked the bot or never wrote to it, or the bot is not in the group. A repetition does not
    help.
    """


class BadRequest(TelegramError):
    """400: unknown chat or message, missing right, or invalid request. A repetition does not help.

    ``moved_to`` is the new id of a group that has become a supergroup, else None.
    """

    def __init__(self, message: str, moved_to: int | None = None) -> None:
        super().__init__(message)
        self.moved_to = moved_to


class WrongToken(TelegramError):
    """401 or 404: the token does not belong to a bot."""


class AnotherListener(TelegramError):
    """409: another process asks for the same bot's updates."""


class Unavailable(TelegramError):
    """Telegram did not answer, or the answer does not show the outcome. ``maybe_done``: the request was sent, so it may
    have been carried out.
    """

    def __init__(self, message: str, *, maybe_done: bool = True) -> None:
        super().__init__(message)
        self.maybe_done = maybe_done


class Telegram:
    """One bot. Safe for several threads.

    Each method returns the Bot API's ``result`` and raises a ``TelegramError``. ``seconds`` is the deadline of each
    call, connecting included.
    """

    def __init__(
        self, bot: TelegramBot, seconds: float = ANSWER_SECONDS, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.address = bot.api
        self._path = f"/bot{bot.token}/"
        self._seconds = seconds
        self._client = httpx.Client(
            base_url=bot.api,
            verify=bot.api.startswith("https://"),
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=2, keepalive_expiry=20.0),
            follow_redirects=False,
            transport=transport,
        )

    def __enter__(self) -> Telegram:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_real(self) -> bool:
        """Whether this server is Telegram, and not a server that stands in for Telegram."""
        return self.address == TelegramBot("").api

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get_me(self) -> Object:
        """The bot: ``id``, ``username``, ``can_read_all_group_messages``."""
        return _object(self.call("getMe"))

    def get_chat(self, chat: Chat) -> Object:
        """A chat as the bot sees it; a group's chat has the ``permissions`` of all members who are not
        administrators.
        """
        return _object(self.call("getChat", chat_id=chat))

    def get_chat_permissions(self, chat: Chat) -> Object:
        """A group's permissions, with every flag that Telegram sends."""
        permissions = self.get_chat(chat).get("permissions")
        if not isinstance(permissions, dict):
            raise BadRequest("getChat: this chat has no permissions")
        return permissions

    def set_chat_permissions(self, chat: Chat, permissions: Mapping[str, Any]) -> None:
        """Give a group exactly these permissions. A missing flag becomes false.

        ``use_independent_chat_permissions`` makes the setting exact: otherwise Telegram lets some flags imply others.
        """
        self.call(
            "setChatPermissions",
            chat_id=chat,
            permissions=dict(permissions),
            use_independent_chat_permissions=True,
        )

    def get_chat_member(self, chat: Chat, user: int) -> Object:
        """A person's ``status`` in a chat and, for an administrator, the rights."""
        return _object(self.call("getChatMember", chat_id=chat, user_id=user))

    def send_message(self, chat: Chat, text: str, reply_to: int | None = None, *, silent: bool = False) -> Object:
        """Send plain text without a link preview, as a reply if ``reply_to`` still exists. Returns the message."""
        given: Object = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        if reply_to is not None:
            given["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
        if silent:
            given["disable_notification"] = True
        return _object(self.call("sendMessage", **given))

    def get_updates(self, offset: int, seconds: int) -> list[Object]:
        """The updates from ``offset`` on, oldest first, at most 100; waits up to ``seconds`` for the first update.

        A request with an offset confirms all updates below the offset: Telegram forgets them.
        """
        result = self.call(
            "getUpdates", seconds + self._seconds, offset=offset, timeout=seconds, allowed_updates=["message"]
        )
        if not isinstance(result, list):
            raise Unavailable("getUpdates: no list of updates")
        return [update for update in result if isinstance(update, dict)]

    def call(self, method: str, seconds: float | None = None, **given: Any) -> Any:
        """Call any method by its name. Raises ``TelegramError``."""
        answer = self._exchange(method, given, seconds or self._seconds)
        # Raised outside the except block, so that the library's own error, which shows the address, is not attached.
        if isinstance(answer, str):
            raise Unavailable(f"{method}: {answer}", maybe_done=answer not in NEVER_SENT)
        status, document = answer
        if status == 200 and document.get("ok") is True:
            return document.get("result")
        raise _error(method, status, document)

    def _exchange(self, method: str, given: Object, seconds: float) -> tuple[int, Object] | str:
        """Status and document of the answer; without an answer the name of the error's class."""
        until = time.monotonic() + seconds
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        try:
            with self._client.stream("POST", self._path + method, json=given, timeout=timeout) as answer:
                body = bytearray()
                for piece in answer.iter_bytes():
                    body += piece
                    if time.monotonic() > until or len(body) > LARGEST_ANSWER:
                        return "slow or endless answer"
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return type(error).__name__
        try:
            document = json.loads(bytes(body))
        except (ValueError, RecursionError):
            return f"{status} without JSON"
        return (status, document) if isinstance(document, dict) else f"{status} without an object"


def _error(method: str, status: int, document: Object) -> TelegramError:
    """The error for an answer that is not ``ok``."""
    code = document.get("error_code", status)
    message = f"{method}: {code} {str(document.get('description', ''))[:200]}".rstrip()
    parameters = document.get("parameters") or {}
    match code:
        case 429:
            return TooManyRequests(message, max(1, int(parameters.get("retry_after", 1))))
        case 403:
            return Blocked(message)
        case 401 | 404:
            return WrongToken(message)
        case 409:
            return AnotherListener(message)
        case 400:
            return BadRequest(message, parameters.get("migrate_to_chat_id"))
    return Unavailable(message)


def _object(result: Any) -> Object:
    if not isinstance(result, dict):
        raise Unavailable("the answer is not what the method promises")
    return result
