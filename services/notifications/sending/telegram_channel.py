"""Sends letters as messages of the community's bot: to a person's chat with the bot, or to a group.

Telegram has no identity under which a message could be sent twice and shown once. So a message with an unknown outcome is sent
once more and then given up; after a crash the message is sent once more too, as a new attempt of the same delivery.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from types import TracebackType

from services.kernel.telegram.bot_api import (
    LONGEST_TEXT,
    BadRequest,
    Blocked,
    Telegram,
    TelegramError,
    TooManyRequests,
    Unavailable,
)
from services.kernel.telegram.pacing import Pacing
from services.notifications.sending.channel import ChannelDown, Deferred, Fault, Letter, Rejected

BLOCKED = "blocked"
UNANSWERED = "unanswered"
REPEATS = 1
REMEMBERED = 1000
CUT = "\n…"


class TelegramChannel:
    """``monotonic`` is machine time, for the pace of messages."""

    def __init__(
        self, telegram: Telegram, pacing: Pacing | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._telegram = telegram
        self._pacing = pacing or Pacing()
        self._monotonic = monotonic
        self._unanswered: OrderedDict[str, int] = OrderedDict()

    def __enter__(self) -> TelegramChannel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None  # the library keeps and ends connections

    def reach(self) -> None:
        """Open no connection: a message is one request."""

    def send(self, letter: Letter) -> None:
        wait = self._pacing.take(letter.to, self._monotonic())
        if wait > 0:
            raise Deferred("paced", wait)
        try:
            self._telegram.send_message(letter.to, as_text(letter))
        except TooManyRequests as error:
            self._pacing.hold(error.retry_after, self._monotonic(), letter.to)
            raise Deferred("429", float(error.retry_after)) from None
        except Blocked:
            raise Rejected(BLOCKED) from None
        except BadRequest:
            raise Rejected("400") from None
        except Unavailable as error:
            self._raise_unanswered(letter, error)
        except TelegramError as error:
            # The token is wrong: Telegram does not know our bot.
            raise ChannelDown(type(error).__name__) from None
        self._unanswered.pop(letter.message_id, None)

    def _raise_unanswered(self, letter: Letter, error: Unavailable) -> None:
        """Raise the error for a message without an answer."""
        if not error.maybe_done:
            raise ChannelDown("no connection") from None
        times = self._unanswered.pop(letter.message_id, 0)
        if times >= REPEATS:
            raise Rejected(UNANSWERED, Fault.UNKNOWN) from None
        self._unanswered[letter.message_id] = times + 1
        while len(self._unanswered) > REMEMBERED:
            self._unanswered.popitem(last=False)
        raise Deferred("no answer") from None


def as_text(letter: Letter) -> str:
    """The letter as one plain message: subject and text, cut to the length that Telegram takes."""
    whole = f"{' '.join(letter.subject.split())}\n\n{letter.text.strip()}".strip()
    if _units(whole) <= LONGEST_TEXT:
        return whole
    kept = whole.encode("utf-16-le")[: (LONGEST_TEXT - _units(CUT)) * 2].decode("utf-16-le", "ignore")
    return kept.rstrip() + CUT


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
