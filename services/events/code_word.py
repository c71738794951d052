"""The code word of an activity: a word and four digits, easily said across a café and typed on a phone.

The code word is derived from the activity under a secret key and stored nowhere: for each reader who may see the word,
the service derives the word again. An event holds only the word's digest.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.ids import derived_secret

WORDS = (
    *("anggrek", "bambu", "beringin", "cemara", "cempaka", "dahlia", "delima", "durian"),
    *("elang", "gajah", "gambir", "garuda", "jambu", "jati", "kakaktua", "kancil"),
    *("kapuk", "kelapa", "kemiri", "kenanga", "kenari", "kijang", "kunang", "kunyit"),
    *("lengkuas", "lontar", "lumba", "mahoni", "mangga", "manggis", "mawar", "melati"),
    *("melon", "menjangan", "merak", "merpati", "nangka", "nanas", "nuri", "padi"),
    *("pala", "pandan", "pepaya", "pinus", "pisang", "rambutan", "rotan", "rusa"),
    *("salak", "sawo", "selasih", "semangka", "seroja", "srikaya", "tebu", "teratai"),
    *("terung", "trenggiling", "walet", "wortel", "kelinci", "kepodang", "jalak", "cendana"),
)


@dataclass(frozen=True)
class CodeWords:
    """Makes code words under one ``key``, 32 random bytes."""

    key: bytes

    def word(self, activity: str) -> str:
        """The activity's code word: ``melati 4821``."""
        digest = self._digest("word", activity)
        return f"{WORDS[digest[0] % len(WORDS)]} {int.from_bytes(digest[1:5], 'big') % 10_000:04d}"

    def digest(self, activity: str, said: str) -> str:
        """The word's digest, which events hold; case, blanks and signs do not matter."""
        plain = "".join(character for character in said.casefold() if character.isalnum())
        return self._digest("said", activity, plain).hex()

    def _digest(self, *parts: str) -> bytes:
        return derived_secret(self.key, "code-word", *parts)
