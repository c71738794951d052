"""Derives secrets from ids, under ``secrets.token``: the key of a library's own server, the address of a progress page, the code
of a released report. Only digests are stored; a repeated request gets the same secret.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass

from services.kernel.base.ids import derived_secret

REPORT_GROUPS, REPORT_LETTERS = 3, 4


@dataclass(frozen=True)
class SecretDeriver:
    """``key`` is 32 random bytes, kept outside the database."""

    key: bytes

    def evidence_key(self, mentorship: str, command: str) -> str:
        """The key for a server's evidence: ``bukti_<mentorship>_<secret>``."""
        return "bukti_" + self._with("evidence", mentorship, command)

    def progress_address(self, mentorship: str, command: str) -> str:
        """The last part of a progress page's address: ``<mentorship>_<secret>``."""
        return self._with("progress", mentorship, command)

    def report_code(self, report: str) -> str:
        """What is read off a printed report, in capitals without look-alikes: ``LPR-7KQ2-M4XD-6TWB``."""
        letters = base64.b32encode(self._derive("report", report)).decode()[: REPORT_GROUPS * REPORT_LETTERS]
        groups = (letters[n : n + REPORT_LETTERS] for n in range(0, len(letters), REPORT_LETTERS))
        return "-".join(("LPR", *groups))

    def _with(self, kind: str, mentorship: str, command: str) -> str:
        secret = base64.b32encode(self._derive(kind, mentorship, command)).decode().rstrip("=").lower()
        return f"{uuid.UUID(mentorship).hex}_{secret}"

    def _derive(self, *parts: str) -> bytes:
        return derived_secret(self.key, "mentorship", *parts)


def digest(secret: str) -> str:
    """SHA-256 of a secret, which is stored. The secret has 256 bits and needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def report_digest(code: str) -> str:
    """The digest of a report's code, which is stored. Case, blanks and dashes of the code do not matter."""
    return digest("".join(character for character in code.upper() if character.isalnum()))


def mentorship_in(secret: str) -> str | None:
    """The mentorship of an address or a key; None for any other text."""
    named = secret.removeprefix("bukti_").partition("_")[0]
    try:
        return str(uuid.UUID(hex=named)) if len(named) == 32 else None
    except ValueError:
        return None
