"""What a letter is sent by: e-mail, Telegram. One protocol, so the sender knows no channel by name.

What a channel's server says in words is never kept: it may repeat the address. Its number is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Protocol


class ChannelDown(Exception):
    """Nobody's letter goes through now: no connection, no greeting, or the server refuses us as such.

    ``seconds`` is how long the server asks to be left alone, None where it does not say.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Deferred(Exception):
    """This letter was not taken, or nobody knows whether it was: send it again later, under the same identity.

    With ``seconds`` the server was asked too often and said when to come again: that is no attempt at all.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Fault(StrEnum):
    """What was refused. ``UNKNOWN``: nobody knows whether the letter was taken, and it is sent no further."""

    ADDRESS = "address"
    LETTER = "letter"
    UNKNOWN = "unknown"


class Rejected(Exception):
    """This letter will not be taken. The message is the reply's number, or one word; ``fault`` is what was refused."""

    def __init__(self, reason: str, fault: Fault = Fault.ADDRESS) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one address: an e-mail address, a chat's id. ``message_id`` is the same whenever it is sent again."""

    to: str
    subject: str
    text: str
    message_id: str
    language: str
    at: datetime

    def __repr__(self) -> str:
        return f"Letter({self.message_id})"


class Channel(Protocol):
    """Whoever takes letters. Used as a context: a connection may be kept while one is inside."""

    def __enter__(self) -> Channel: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def reach(self) -> None:
        """Be sure of a connection, where there is such a thing. Raises ``ChannelDown``."""
        ...

    def send(self, letter: Letter) -> None:
        """Return when the server has taken the letter. Raises ``ChannelDown``, ``Deferred``, ``Rejected``."""
        ...
