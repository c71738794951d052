"""Caches popular anonymous reads for at most a second, with the ``Position`` that each reply reflects.

A caller who has seen a newer position bypasses the cache, so people always see their own writes. An older reply that
arrives late does not replace a newer one.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.edge.positions import positions_in
from gateway.edge.transport import Reply

KEPT_SECONDS = 1.0
KEPT_REPLIES = 500
HOT = frozenset({"/v1/activities", "/v1/offices", "/v1/regions", "/v1/topics"})


@dataclass(frozen=True, slots=True)
class _Kept:
    reply: Reply
    position: int
    asked: float


@dataclass(frozen=True, slots=True)
class _Running:
    task: asyncio.Task[_Kept]
    needed: int


class HotReads:
    """Replies to anonymous reads of ``HOT``, by path and query. ``monotonic`` is machine time."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._running: dict[str, _Running] = {}

    async def read(
        self, name: str, service: str, needed: int, fetch: Callable[[], Awaitable[Reply]], *, shared: bool = True
    ) -> Reply:
        """The cached reply of that name if the reply is young and at least as new as ``needed``; otherwise a fetched
        reply.

        Callers who arrive while the same read is running share its reply when the read does not wait for a newer
        position than they need, succeeds and is new enough. Otherwise they fetch their own. A read with
        ``shared=False`` is never shared, because its caller may have invented the position to wait for. Raises what
        ``fetch`` raises.
        """
        kept = self._kept.get(name)
        if kept and self._monotonic() - kept.asked <= KEPT_SECONDS and kept.position >= needed:
            return kept.reply
        running = self._running.get(name)
        if running is not None and running.needed <= needed:
            found = await asyncio.shield(running.task)
            if found.reply.status == 200 and found.position >= needed:
                return found.reply
        task = asyncio.ensure_future(self._fetch(name, service, fetch))
        running = self._running.get(name)
        if shared and (running is None or needed <= running.needed):
            self._running[name] = _Running(task, needed)
        task.add_done_callback(lambda done: self._ended(name, done))
        return (await asyncio.shield(task)).reply

    async def _fetch(self, name: str, service: str, fetch: Callable[[], Awaitable[Reply]]) -> _Kept:
        asked = self._monotonic()  # the second counts from the request: the reply may be that old
        reply = await fetch()
        found = _Kept(reply, positions_in(reply.headers.get("position")).get(service, 0), asked)
        kept = self._kept.get(name)
        if reply.status == 200 and (kept is None or found.position >= kept.position):
            self._kept[name] = found
            self._kept.move_to_end(name)
            while len(self._kept) > KEPT_REPLIES:
                self._kept.popitem(last=False)
        return found

    def _ended(self, name: str, task: asyncio.Task[_Kept]) -> None:
        running = self._running.get(name)
        if running is not None and running.task is task:
            del self._running[name]
        if not task.cancelled():
            task.exception()  # the waiting callers got the error; reading it here stops asyncio from logging it again
