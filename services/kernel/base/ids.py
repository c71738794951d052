"""Ids: time-ordered random ids, and ids derived from their content."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
import uuid

_NAMESPACE = uuid.UUID("6a656a61-7269-8e67-8000-6b6564697269")


def new_id() -> str:
    """A UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then randomness.

    Later ids sort after earlier ids, so indexes on ids grow at one end.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def derived_id(*parts: str | int) -> str:
    """The UUID version 5 (RFC 9562 §5.5) of the parts: same parts, same id, in any process.

    Parts are joined by an unprintable separator, so ``("a", "bc")`` and ``("ab", "c")`` differ.
    """
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts)))


def fingerprint(*parts: bytes) -> str:
    """SHA-256 over length-prefixed parts, hexadecimal. Tells a repeated request from a changed request."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def derived_secret(key: bytes, *parts: str) -> bytes:
    """32 bytes that are the same for the same parts in any process, and cannot be predicted without ``key``.

    HMAC-SHA256 (RFC 2104). Codes, tokens and words are derived by this function, so they need not be stored.
    """
    return hmac.digest(key, "\x1f".join(parts).encode(), "sha256")
