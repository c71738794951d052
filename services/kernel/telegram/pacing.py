"""The speed limits of a chat platform: token buckets, on machine time that the caller passes in.

Telegram publishes no exact limits. Its FAQ names one message a second to a chat, twenty a minute to a group and thirty
a second in all, and Telegram answers 429 with ``retry_after`` to a bot that is too fast. Staying below the limits
avoids this answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CHATS_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` messages in ``seconds``; after a silence all may be sent at once."""

    count: int
    seconds: float


EVERYTHING = Rate(30, 1.0)
ONE_CHAT = Rate(1, 1.0)
ONE_GROUP = Rate(20, 60.0)


@dataclass(slots=True)
class _Bucket:
    """The free tokens of a rate: ``tokens`` at the time ``at``."""

    rate: Rate
    tokens: float
    at: float

    def refill(self, now: float) -> None:
        gained = max(0.0, now - self.at) * self.rate.count / self.rate.seconds
        self.tokens = min(float(self.rate.count), self.tokens + gained)
        self.at = max(self.at, now)

    @property
    def wait(self) -> float:
        """Seconds until one token is free, as of the last refill. A missing thousandth of a token counts as
        rounding.
        """
        missing = 1.0 - self.tokens
        return 0.0 if missing < 1e-3 else missing * self.rate.seconds / self.rate.count

    @property
    def full(self) -> bool:
        return self.tokens >= self.rate.count


@dataclass(slots=True)
class Pacing:
    """The limits of one bot. Not safe for several threads. A group's id begins with ``-``, a public group's with
    ``@``.
    """

    everything: Rate = EVERYTHING
    chat: Rate = ONE_CHAT
    group: Rate = ONE_GROUP
    _buckets: dict[str, list[_Bucket]] = field(default_factory=dict, init=False)
    _all: _Bucket | None = field(default=None, init=False)
    _held: dict[str, float] = field(default_factory=dict, init=False)

    def take(self, chat: str | int, now: float) -> float:
        """0 if a message may go to the chat at ``now`` (seconds, monotonic); the message then counts as sent.

        Otherwise the seconds to wait before asking again; no token is taken.
        """
        name = str(chat)
        whole = self._all or _Bucket(self.everything, float(self.everything.count), now)
        self._all = whole
        buckets = [whole, *self._of(name, now)]
        for bucket in buckets:
            bucket.refill(now)
        held = max(self._held.get(name, now), self._held.get("", now)) - now
        wait = max(held, *(bucket.wait for bucket in buckets))
        if wait > 0:
            return wait
        for bucket in buckets:
            bucket.tokens -= 1.0
        return 0.0

    def hold(self, seconds: float, now: float, chat: str | int | None = None) -> None:
        """Allow no message for ``seconds``, to one chat or to all chats, as a 429 asks for."""
        name = "" if chat is None else str(chat)
        self._held = {held: until for held, until in self._held.items() if until > now}
        self._held[name] = max(self._held.get(name, now), now + seconds)

    def _of(self, name: str, now: float) -> list[_Bucket]:
        if name not in self._buckets:
            if len(self._buckets) >= CHATS_REMEMBERED:
                self._forget(now)
            rates = [self.chat, self.group] if name.startswith(("-", "@")) else [self.chat]
            self._buckets[name] = [_Bucket(rate, float(rate.count), now) for rate in rates]
        return self._buckets[name]

    def _forget(self, now: float) -> None:
        """Drop chats whose buckets are full again: they need no memory."""
        for buckets in self._buckets.values():
            for bucket in buckets:
                bucket.refill(now)
        self._buckets = {
            name: buckets for name, buckets in self._buckets.items() if not all(bucket.full for bucket in buckets)
        }
