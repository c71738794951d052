"""Signed values that expire, between machines whose clocks differ a little."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

SKEW_SECONDS = 30
"""How far the clocks of two machines may differ, in either direction."""


class NotSigned(Exception):
    """The value was signed with another key, or is no signed value."""


class OutOfTime(Exception):
    """The signature is right, but has expired, or comes from a clock that is too far ahead."""


class TimedSignature:
    """Signs JSON values, and reads values that are at most ``seconds`` old.

    A value may be ``SKEW_SECONDS`` older, and its time may lie up to ``SKEW_SECONDS`` in the future. itsdangerous
    itself refuses each value from the future, so the age is judged here. ``salt`` separates the purposes of one
    ``key``. ``now`` returns the machine's time in seconds since 1970; a value holds whole seconds.
    """

    def __init__(self, key: str, salt: str, seconds: float, now: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._now = now
        self._serializer = URLSafeTimedSerializer(key, salt=salt, signer=_signer_at(now))

    def sign(self, value: Any) -> str:
        """The signed text of a JSON value."""
        return str(self._serializer.dumps(value))

    def read(self, text: str) -> Any:
        """The value of a signed text. Raises ``NotSigned`` and ``OutOfTime``."""
        try:
            value, signed = self._serializer.loads(text, return_timestamp=True)
        except BadData as error:
            raise NotSigned from error
        age = self._now() - signed.timestamp()
        if age < -SKEW_SECONDS:
            raise OutOfTime(f"the signer's clock is {-age:.0f} s ahead of this machine's clock")
        if age >= self._seconds + SKEW_SECONDS + 1:
            raise OutOfTime(f"the signature has expired: its clock is {age:.0f} s behind this machine's clock")
        return value


def _signer_at(now: Callable[[], float]) -> type[TimestampSigner]:
    class Signer(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(now())

    return Signer
