"""Derives partners' keys and webhooks' signing secrets from ids, under ``secrets.token``.

No secret is stored: a repeated request gets the same secret, and a reader of the database gets none.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass

from services.kernel.base.ids import derived_secret

_PREFIX = "jpk_"
_SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks marks a secret, and none itself


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """A partner's key in the form ``jpk_<partner>.<secret>``."""

    partner: str
    secret: str

    @property
    def digest(self) -> str:
        """SHA-256 of the secret, which is stored. The secret has 256 bits and needs no salt."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{_PREFIX}{uuid.UUID(self.partner).hex}.{self.secret}"


class SecretDeriver:
    """``key`` is a secret kept outside the database."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def partner_key(self, partner: str, key: str) -> PartnerKey:
        """The key of a partner with the id ``key``."""
        secret = base64.urlsafe_b64encode(self._derive("partner-key", partner, key)).decode().rstrip("=")
        return PartnerKey(partner, secret)

    def webhook_secret(self, subscription: str, generation: int) -> str:
        """The signing secret of a subscription's generation: 32 bytes in the form of Standard Webhooks."""
        derived = self._derive("webhook", subscription, str(generation))
        return _SECRET_PREFIX + base64.b64encode(derived).decode()

    def _derive(self, *parts: str) -> bytes:
        return derived_secret(self._key, *parts)


def read_key(text: str) -> PartnerKey | None:
    """The parts of a key; None for any other text."""
    partner, dot, secret = text.removeprefix(_PREFIX).partition(".")
    if not text.startswith(_PREFIX) or not dot or not secret.isascii():
        return None
    try:
        return PartnerKey(str(uuid.UUID(hex=partner)), secret)
    except ValueError:
        return None
