"""One contact belongs to one member: a rule over many streams whose key is personal data.

A claim is a document under an HMAC of the normalised value. The claim names an identity, and is durable before the
append for this identity. A later caller who finds the claim, while the identity's stream is still empty, appends to the
same stream, and the stream's version decides. So a crash between claim and append blocks nobody, and two concurrent
joins end in one stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from services.kernel.base.ids import derived_secret


class Claims(Protocol):
    """The interface of all claims."""

    def take(self, kind: str, value: str, identity: str) -> str:
        """Claim the value for an identity; returns the identity that holds the value: this one, or an earlier one."""
        ...

    def holder(self, kind: str, value: str) -> str | None:
        """The identity that holds the value, None for a free value."""
        ...

    def release(self, identities: Sequence[str]) -> None:
        """Give up all claims of these identities, as an erasure does."""
        ...


class MemoryClaims:
    """Claims of a unit test."""

    def __init__(self) -> None:
        self._holders: dict[tuple[str, str], str] = {}

    def take(self, kind: str, value: str, identity: str) -> str:
        return self._holders.setdefault((kind, value), identity)

    def holder(self, kind: str, value: str) -> str | None:
        return self._holders.get((kind, value))

    def release(self, identities: Sequence[str]) -> None:
        self._holders = {key: holder for key, holder in self._holders.items() if holder not in identities}


class MongoClaims:
    """Claims in the service's own database: ``{_id: HMAC-SHA256(kind, value), identity}``.

    The collection must be durable (majority, journaled). ``key`` is a secret outside the database; without the key the
    documents do not show the contacts.
    """

    def __init__(self, collection: Collection[dict[str, Any]], key: bytes) -> None:
        self._collection = collection
        self._key = key

    def take(self, kind: str, value: str, identity: str) -> str:
        claim = self._digest(kind, value)
        try:
            self._collection.insert_one({"_id": claim, "identity": identity})
        except DuplicateKeyError:
            document = self._collection.find_one({"_id": claim})
            if document is None:
                raise
            return str(document["identity"])
        return identity

    def holder(self, kind: str, value: str) -> str | None:
        document = self._collection.find_one({"_id": self._digest(kind, value)})
        return None if document is None else str(document["identity"])

    def release(self, identities: Sequence[str]) -> None:
        self._collection.delete_many({"identity": {"$in": list(identities)}})

    def _digest(self, kind: str, value: str) -> str:
        return derived_secret(self._key, kind, value).hex()
