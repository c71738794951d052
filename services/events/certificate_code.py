"""The code of a certificate: twelve characters that are hard to guess and hard to misread.

The code is derived from the certificate under a secret key and stored nowhere: for each reader who may see the code,
the service derives the code again. An event holds only the code's digest.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.ids import derived_secret

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O and U."""
LENGTH = 12
MISREAD = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class CertificateCodes:
    """Makes codes under one ``key``, 32 random bytes."""

    key: bytes

    def code(self, certificate: str) -> str:
        """The certificate's code: ``7K3F-9QXM-2D5T``."""
        digest = self._digest("code", certificate)
        plain = "".join(ALPHABET[byte % 32] for byte in digest[:LENGTH])
        return "-".join(plain[start : start + 4] for start in range(0, LENGTH, 4))

    def digest(self, said: str) -> str:
        """The code's digest, which events hold; case, blanks, signs and letters taken for digits do not matter."""
        plain = "".join(character for character in said.upper() if character.isalnum()).translate(MISREAD)
        return self._digest("said", plain).hex()

    def _digest(self, *parts: str) -> bytes:
        return derived_secret(self.key, "certificate", *parts)
