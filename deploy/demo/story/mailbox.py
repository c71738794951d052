"""What people find in their mail: read from the mailbox's page, as JSON."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.waiting import allowed

LOGIN = "Kode masuk Jejaring"
CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)
ANSWER_SECONDS = 10.0


@dataclass(frozen=True)
class Letter:
    """A mail as it came. `id` is its identity: a mail that came twice has the same one."""

    id: str
    to: tuple[str, ...]
    subject: str
    text: str

    @property
    def code(self) -> str | None:
        """The login code in it."""
        found = CODE.search(self.text) if self.subject == LOGIN else None
        return found[1] if found else None


class Mailbox:
    """The mailbox of this stack."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, timeout=allowed(ANSWER_SECONDS), transport=transport)

    def close(self) -> None:
        self._client.close()

    def letters(self, to: str | None = None) -> list[Letter]:
        """All letters, or those to one address, each identity once, newest first. Raises `httpx.HTTPError`."""
        answer = self._client.get("/messages", params={"to": to} if to else {})
        answer.raise_for_status()
        mails: Iterable[dict[str, Any]] = answer.json()
        found = (
            # A long subject is folded on its way; people see one line.
            Letter(mail["message_id"], tuple(mail["to"]), " ".join(mail["subject"].split()), mail["text"])
            for mail in mails
        )
        return list({(letter.id, letter.to): letter for letter in found}.values())

    def subjects(self) -> dict[str, list[str]]:
        """Address → the subjects of what it got, sorted, login codes left out; an identity counts once."""
        got: dict[str, list[str]] = {}
        for letter in self.letters():
            if letter.subject != LOGIN:
                for address in letter.to:
                    got.setdefault(address, []).append(letter.subject)
        return {address: sorted(subjects) for address, subjects in got.items()}


def welcome(region: str) -> str:
    """To a new member."""
    return f"Selamat datang di komunitas, wilayah {region}"


def topic_gathering(topic: str) -> str:
    """To those who raised or endorsed a topic that will be talked about."""
    return f"Topik “{topic}” akan dibahas bersama"


def published(title: str) -> str:
    """To the members of the region."""
    return f"Kegiatan baru: {title}"


def seat_taken(title: str) -> str:
    """To whoever registered and has a seat."""
    return f"Pendaftaran tercatat: {title}"


def seat_lined(title: str, place: int) -> str:
    """To whoever registered and stands in line."""
    return f"Daftar tunggu nomor {place}: {title}"


def seat_promoted(title: str) -> str:
    """To whoever has a seat at last."""
    return f"Ada tempat untuk Bapak/Ibu: {title}"


def seat_released(title: str) -> str:
    """To whoever gave it back."""
    return f"Pendaftaran dibatalkan: {title}"


def reminder(title: str) -> str:
    """To whoever has a seat, some time before it starts."""
    return f"Pengingat: {title}"


def completed(title: str) -> str:
    """To those who were there."""
    return f"Terima kasih sudah hadir: {title}"


def question(topic: str) -> str:
    """To those who raised the topic."""
    return f"Apakah “{topic}” sudah teratasi?"
