"""Personal data, sealed under one key per person.

Names, contacts and free text about a person are sealed before they enter an event, and stay sealed in views. They are
opened only for an answer that the policy allows. Erasing a person means destroying the key: from then on every copy of
every sealed field, in log, view and backup, reads as erased. (UU PDP 27/2022.)
"""

from __future__ import annotations

import base64
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

NONCE_BYTES = 12
CACHED_KEYS = 4096


class Erased(Exception):
    """The owner's key is destroyed; nothing can be sealed for this id any more."""


class Keys(Protocol):
    """The store of the wrapped keys. A destroyed key leaves a tombstone."""

    def find(self, owner: str) -> bytes | None:
        """The wrapped key, None for an id that never had a key. Raises ``Erased`` for a tombstone."""
        ...

    def add(self, owner: str, wrapped: bytes) -> bytes:
        """Store a first key durably; returns the stored key, which another process may have written first."""
        ...

    def destroy(self, owner: str) -> None:
        """Replace the key by a tombstone, durably and for ever."""
        ...


class MemoryKeys:
    """Keys of a unit test."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes | None] = {}

    def find(self, owner: str) -> bytes | None:
        if owner in self._keys and self._keys[owner] is None:
            raise Erased(owner)
        return self._keys.get(owner)

    def add(self, owner: str, wrapped: bytes) -> bytes:
        standing = self._keys.setdefault(owner, wrapped)
        if standing is None:
            raise Erased(owner)
        return standing

    def destroy(self, owner: str) -> None:
        self._keys[owner] = None


class MongoKeys:
    """Keys in the service's own database: ``{_id: owner, key: wrapped bytes | None, destroyed: time}``.

    The collection must be durable (majority, journaled): a key is written before the data that it seals.
    """

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def find(self, owner: str) -> bytes | None:
        document = self._collection.find_one({"_id": owner})
        if document is None:
            return None
        if document["key"] is None:
            raise Erased(owner)
        return bytes(document["key"])

    def add(self, owner: str, wrapped: bytes) -> bytes:
        try:
            self._collection.insert_one({"_id": owner, "key": wrapped})
        except DuplicateKeyError:
            standing = self.find(owner)
            if standing is None:
                raise
            return standing
        return wrapped

    def destroy(self, owner: str) -> None:
        self._collection.update_one(
            {"_id": owner}, {"$set": {"key": None, "destroyed": datetime.now(UTC)}}, upsert=True
        )


_check: ContextVar[Callable[[], None] | None] = ContextVar("check of opening", default=None)


@contextmanager
def opening_checked(check: Callable[[], None]) -> Iterator[None]:
    """Call ``check`` before each opening of sealed data in this block, in this thread. Readers open without a check:
    the eraser itself must open contacts to forget them.
    """
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


class Vault:
    """Seals and opens personal data. ``wrapping_key`` (32 bytes) is a secret outside the database."""

    def __init__(self, keys: Keys, wrapping_key: bytes) -> None:
        self._keys = keys
        self._wrap = AESGCM(wrapping_key)
        self._open_keys: OrderedDict[str, AESGCM] = OrderedDict()
        self._lock = threading.Lock()

    def seal(self, owner: str, text: str) -> str:
        """The text under the owner's key (AES-256-GCM, bound to the owner's id). Raises ``Erased``."""
        return _sealed(self._key(owner), owner, text)

    def open(self, owner: str, sealed: str | None) -> str | None:
        """The text, or None if the text is erased, missing, or sealed for another owner.

        Raises what the check of ``opening_checked`` raises.
        """
        if not sealed:
            return None
        if (check := _check.get()) is not None:
            check()
        try:
            raw = base64.urlsafe_b64decode(sealed)
            wrapped = self._keys.find(owner)  # asked each time, because another process may have destroyed the key
            if wrapped is None:
                return None
            return (
                self._unwrapped(owner, wrapped).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode()).decode()
            )
        except (Erased, InvalidTag, ValueError):
            return None

    def destroy(self, *owners: str) -> None:
        """Destroy the keys of all ids of a person."""
        for owner in owners:
            self._keys.destroy(owner)
            with self._lock:
                self._open_keys.pop(owner, None)

    def seal_all(self, owner: str, texts: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
        """Seal several named texts with one look-up of the key; None stays None. Raises ``Erased``."""
        key = self._key(owner)
        return {name: None if text is None else _sealed(key, owner, text) for name, text in texts}

    def _key(self, owner: str) -> AESGCM:
        wrapped = self._keys.find(owner)
        if wrapped is None:
            nonce = os.urandom(NONCE_BYTES)
            fresh = AESGCM.generate_key(256)
            wrapped = self._keys.add(owner, nonce + self._wrap.encrypt(nonce, fresh, owner.encode()))
        return self._unwrapped(owner, wrapped)

    def _unwrapped(self, owner: str, wrapped: bytes) -> AESGCM:
        with self._lock:
            key = self._open_keys.get(owner)
            if key is None:
                key = AESGCM(self._wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], owner.encode()))
                self._open_keys[owner] = key
                if len(self._open_keys) > CACHED_KEYS:
                    self._open_keys.popitem(last=False)
            return key


def _sealed(key: AESGCM, owner: str, text: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + key.encrypt(nonce, text.encode(), owner.encode())).decode()
