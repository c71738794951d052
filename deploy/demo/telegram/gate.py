"""Ordered disturbances of a call: pace limits, failures, and waiting before or after the call takes effect."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.kernel.telegram.pacing import Pacing, Rate

REMEMBERED = 10_000
PACED = ("sendMessage", "editMessageText", "deleteMessage", "pinChatMessage")
BEFORE, AFTER = "before", "after"


class Refusal(Exception):
    """The Bot API's answer in place of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def too_many(seconds: float) -> Refusal:
    """429 in Telegram's words."""
    whole = max(1, math.ceil(seconds))
    return Refusal(429, f"Too Many Requests: retry after {whole}", retry_after=whole)


@dataclass
class Failure:
    """The next `times` calls of `method` (`*`: any) fail with `code`."""

    method: str
    code: int
    times: int
    retry_after: int = 1


@dataclass
class Gate:
    """Applies the ordered disturbances. `monotonic` is the clock of the limits. Calls are remembered in the order of
    their answers.
    """

    monotonic: Callable[[], float] = time.monotonic
    pacing: Pacing = field(default_factory=lambda: Pacing(chat=Rate(3, 3.0)))
    calls: list[dict[str, Any]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    _holds: dict[tuple[str, str], int] = field(default_factory=dict)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _dropped: bool = False

    def judge(self, method: str, given: Mapping[str, Any]) -> None:
        """Raises `Refusal` for an ordered failure or a call that is too fast."""
        failure = next((one for one in self.failures if one.method in ("*", method) and one.times > 0), None)
        if failure is not None:
            failure.times -= 1
            if failure.code == 429:
                raise too_many(failure.retry_after)
            raise Refusal(failure.code, "Ordered to fail")
        if method in PACED:
            wait = self.pacing.take(str(given.get("chat_id", "")), self.monotonic())
            if wait > 0:
                raise too_many(wait)

    def hold(self, method: str, moment: str, times: int) -> None:
        """Let the next `times` calls of the method wait at this moment until released."""
        self._holds[method, moment] = times

    def release(self, *, dropped: bool) -> None:
        """Let all waiting calls go on, and hold no more calls. With `dropped`, waiting calls that have not taken effect
        never will.
        """
        self._holds.clear()
        self._dropped = dropped
        self._released.set()
        self._released = asyncio.Event()

    async def wait(self, method: str, moment: str) -> None:
        """Return when nothing holds this call. Raises `Refusal` for a dropped call."""
        if self._holds.get((method, moment), 0) <= 0:
            return
        self._holds[method, moment] -= 1
        self.held.append(method)
        try:
            await self._released.wait()
        finally:
            self.held.remove(method)
        if self._dropped and moment == BEFORE:
            raise Refusal(502, "Bad Gateway")

    def remember(self, method: str, given: Mapping[str, Any], code: int) -> None:
        """Note a call that was answered with `code`."""
        self.calls.append({"method": method, "given": dict(given), "code": code, "at": time.time()})
        del self.calls[:-REMEMBERED]
