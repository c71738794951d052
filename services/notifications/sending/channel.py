"""The protocol of a channel: e-mail, Telegram. The sender knows no channel by name.

The number of a server's reply is kept, and its words are not: they may repeat the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Protocol


class ChannelDown(Exception):
    """The channel takes no letter now: there is no connection, no greeting, or the server refuses our sender.

    ``seconds`` is the pause that the server asks for, None if the server asks for none.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Deferred(Exception):
    """The letter was not taken, or the outcome is not known: send it again later, under the same identity.

    With ``seconds`` the server was asked too often and named a pause; the attempt does not count.
    """

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Fault(StrEnum):
    """The part of a letter that was refused. ``UNKNOWN``: the outcome is not known, and the letter is not sent again."""

    ADDRESS = "address"
    LETTER = "letter"
    UNKNOWN = "unknown"


class Rejected(Exception):
    """The channel will never take the letter. The exception's text is the number of the reply, or one word."""

    def __init__(self, reason: str, fault: Fault = Fault.ADDRESS) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to an e-mail address or a chat's id. ``message_id`` stays the same when the letter is sent again."""

    to: str
    subject: str
    text: str
    message_id: str
    language: str
    at: datetime

    def __repr__(self) -> str:
        return f"Letter({self.message_id})"


class Channel(Protocol):
    """Takes letters. A context manager: a connection may be kept inside."""

    def __enter__(self) -> Channel: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def reach(self) -> None:
        """Connect, if the channel keeps connections. Raises ``ChannelDown``."""
        ...

    def send(self, letter: Letter) -> None:
        """Return when the server has taken the letter. Raises ``ChannelDown``, ``Deferred``, ``Rejected``."""
        ...
