"""Derives login codes' digits, tokens and deep links from ids, under ``secrets.token``.

No secret is stored: a repeated request gets the same token, and a reader of the database gets none.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass

from services.kernel.base.ids import derived_secret

CODE_DIGITS = 6
_PREFIX = "jj"
_LINK_ID_CHARACTERS = 32
_LINK_SECRET_CHARACTERS = 31


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token as its holder sends it: ``jj_<id>_<secret>``."""

    token: str
    secret: str

    @property
    def digest(self) -> str:
        """SHA-256 of the secret, which is stored. The secret has 256 bits and needs no salt."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{_PREFIX}_{uuid.UUID(self.token).hex}_{self.secret}"


@dataclass(frozen=True, slots=True)
class Link:
    """The parameter of a deep link: ``<id>_<secret>``, 64 characters, all that Telegram takes."""

    token: str
    secret: str

    @property
    def digest(self) -> str:
        """SHA-256 of the secret, which is stored. The secret has 186 bits and needs no salt."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{uuid.UUID(self.token).hex}_{self.secret}"


class SecretDeriver:
    """``key`` is a secret kept outside the database."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digits(self, code: str) -> str:
        """The six digits that a login code's id stands for."""
        number = int.from_bytes(self._derive("login-code", code)[:8]) % 10**CODE_DIGITS
        return f"{number:0{CODE_DIGITS}d}"

    def digest(self, reference: str, digits: str) -> str:
        """The hash of digits for one contact, which is stored. Six digits can be guessed, so the hash is keyed."""
        return self._derive("login-digits", reference, digits).hex()

    def bearer(self, token: str) -> Bearer:
        """The token of a token id."""
        secret = base64.urlsafe_b64encode(self._derive("token", token)).decode().rstrip("=")
        return Bearer(token, secret)

    def link(self, offer: str) -> Link:
        """The deep link of an offer's id."""
        secret = base64.urlsafe_b64encode(self._derive("link", offer)).decode()[:_LINK_SECRET_CHARACTERS]
        return Link(offer, secret)

    def _derive(self, *parts: str) -> bytes:
        return derived_secret(self._key, *parts)


def read_bearer(text: str) -> Bearer | None:
    """The parts of a token; None for a text of another form."""
    prefix, _, rest = text.partition("_")
    token, _, secret = rest.partition("_")
    if prefix != _PREFIX or not secret:
        return None
    try:
        return Bearer(str(uuid.UUID(hex=token)), secret)
    except ValueError:
        return None


def read_link(text: str) -> Link | None:
    """The parts of a deep link; None for a text of another form."""
    token, _, secret = text.partition("_")
    if len(token) != _LINK_ID_CHARACTERS or len(secret) != _LINK_SECRET_CHARACTERS:
        return None
    try:
        return Link(str(uuid.UUID(hex=token)), secret)
    except ValueError:
        return None
