"""The queue of people's messages for `getUpdates`: each is given at least once, until a higher offset confirms it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from deploy.demo.telegram.gate import Refusal
from deploy.demo.telegram.store import Store

MAX_UPDATES = 100
MAX_WAIT_SECONDS = 50


class Updates:
    """A queue with one listener at a time. A newer listener ends the older listener's wait with 409, as Telegram
    does.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = asyncio.Event()
        self._turn = 0

    def ring(self) -> None:
        """Wake the listener: there is a new update, or another listener."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def get(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The updates from `offset` on; updates below it are confirmed and deleted. Raises `Refusal`."""
        self._turn += 1
        turn = self._turn
        self.ring()
        offset = _number(given, "offset", 0)
        most = min(max(_number(given, "limit", MAX_UPDATES), 1), MAX_UPDATES)
        until = asyncio.get_running_loop().time() + min(max(_number(given, "timeout", 0), 0), MAX_WAIT_SECONDS)
        if offset < 0:  # a negative offset counts from the end; all earlier updates are forgotten
            waiting = sorted(self._store.chats.updates)
            offset = waiting[max(0, len(waiting) + offset)] if waiting else 0
        if any(number < offset for number in self._store.chats.updates):
            self._store.keep({"kind": "confirmed", "below": offset})
        while True:
            changed = self._changed
            found = [update for number, update in sorted(self._store.chats.updates.items()) if number >= offset]
            remaining = until - asyncio.get_running_loop().time()
            if found or remaining <= 0:
                return found[:most]
            try:
                await asyncio.wait_for(changed.wait(), remaining)
            except TimeoutError:
                continue
            if turn != self._turn:
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )


def _number(given: Mapping[str, Any], name: str, otherwise: int) -> int:
    try:
        return int(given.get(name) or otherwise)
    except (TypeError, ValueError):
        raise Refusal(400, f"Bad Request: {name} is not a number") from None
