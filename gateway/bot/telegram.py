"""Reads the updates of the community's bot. Exactly one gateway of an installation does this.

An update is confirmed, by requesting the next one, only after the services have handled it. If the gateway stops in
between, Telegram sends the update again, and the services recognise its number.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gateway.bot.conversation import Reply, RetryUpdate
from services.kernel.base.pause import Backoff, jittered
from services.kernel.base.problem import Unavailable
from services.kernel.telegram.bot_api import AnotherListener, Telegram, TelegramError, TooManyRequests, WrongToken
from services.kernel.telegram.pacing import Pacing

log = logging.getLogger(__name__)

POLL_SECONDS = 25
TAKING_SECONDS = 60.0
FIRST_PAUSE = 0.5
MAX_PAUSE = 15.0
OTHERS_PAUSE = 5.0
WRONG_PAUSE = 60.0
PACE_PATIENCE = 2.0
"""A reply that would have to wait longer for its turn is dropped."""


class BotListener:
    """Reads updates in a thread and passes them to ``handle(update)``, which runs on the gateway's loop and returns the
    reply.

    Waiting for updates blocks, so it happens in a daemon thread, which ends with the process.
    """

    def __init__(self, telegram: Telegram, handle: Callable[[Mapping[str, Any]], Awaitable[Reply | None]]) -> None:
        self._telegram = telegram
        self._handle_update = handle
        self._username = ""
        self._pacing = Pacing()
        self._stop = threading.Event()
        self._pause = FIRST_PAUSE

    def start(self) -> None:
        """Start the thread. Call this on the loop that handles updates."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._listen, args=(loop,), name="telegram", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def link(self, token: str) -> str:
        """The address that opens a chat with the bot and sends the token; "" until the bot's name is known."""
        if not self._username:
            return ""
        if self._telegram.is_real:
            return f"https://t.me/{self._username}?start={token}"
        return f"{self._telegram.address}/mulai?start={token}"

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        offset = 0
        while not self._stop.is_set():
            try:
                self._username = self._username or str(self._telegram.get_me().get("username", ""))
                updates = self._telegram.get_updates(offset, POLL_SECONDS)
            except TelegramError as error:
                self._wait_after_error(error)
                continue
            self._pause = FIRST_PAUSE
            for update in updates:
                if not self._deliver(update, loop):
                    return
                offset = int(update["update_id"]) + 1

    def _deliver(self, update: Mapping[str, Any], loop: asyncio.AbstractEventLoop) -> bool:
        """Handle an update, repeatedly until it succeeds; False when the listener is stopped before."""
        backoff = Backoff(FIRST_PAUSE, MAX_PAUSE)
        while not self._stop.is_set():
            try:
                reply = asyncio.run_coroutine_threadsafe(_coroutine(self._handle_update(update)), loop).result(
                    TAKING_SECONDS
                )
            except (RetryUpdate, Unavailable, TimeoutError) as error:
                log.warning("an update waits", extra={"update": update.get("update_id"), "why": str(error)})
                self._stop.wait(backoff.next())
            except Exception as error:  # noqa: BLE001 - a fault of ours must not keep everybody else's words back
                if loop.is_closed() or self._stop.is_set():
                    return False
                # Without the traceback, which would show the message.
                log.error(
                    "an update is left out", extra={"update": update.get("update_id"), "why": type(error).__name__}
                )
                return True
            else:
                if reply is not None:
                    self._send_reply(reply)
                return True
        return False

    def _send_reply(self, reply: Reply) -> None:
        """Send a reply once, if the pace allows. A lost reply does no harm: the update has been handled and recorded."""
        wait = self._pacing.take(reply.chat, time.monotonic())
        if 0 < wait <= PACE_PATIENCE:
            self._stop.wait(wait)
            wait = self._pacing.take(reply.chat, time.monotonic())
        if wait > 0:
            return
        try:
            self._telegram.send_message(reply.chat, reply.text, reply.message, silent=reply.silent)
        except TooManyRequests as error:
            self._pacing.hold(error.retry_after, time.monotonic(), reply.chat)
        except TelegramError as error:
            log.info("a reply was not taken", extra={"why": type(error).__name__})

    def _wait_after_error(self, error: TelegramError) -> None:
        """Wait for a time that depends on the error."""
        match error:
            case TooManyRequests(retry_after=seconds):
                pause = float(seconds)
            case AnotherListener():
                log.warning("somebody else listens to this bot")
                pause = OTHERS_PAUSE
            case WrongToken():
                log.error("Telegram does not know TELEGRAM_TOKEN")
                pause = WRONG_PAUSE
            case _:
                log.warning("Telegram gives no answer", extra={"why": type(error).__name__})
                pause, self._pause = self._pause, min(self._pause * 2, MAX_PAUSE)
        self._stop.wait(jittered(pause, low=1.0, high=1.5))


async def _coroutine(awaitable: Awaitable[Reply | None]) -> Reply | None:
    return await awaitable
