"""People's mails, read from the mailbox's page as JSON."""

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
    """A received mail. `id` is the same for a mail that came twice."""

    id: str
    to: tuple[str, ...]
    subject: str
    text: str

    @property
    def code(self) -> str | None:
        """The login code in the mail."""
        found = CODE.search(self.text) if self.subject == LOGIN else None
        return found[1] if found else None


class Mailbox:
    """The mailbox of this stack."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, timeout=allowed(ANSWER_SECONDS), transport=transport)

    def close(self) -> None:
        self._client.close()

    def letters(self, to: str | None = None) -> list[Letter]:
        """All letters, or the letters to one address, each id once, newest first. Raises `httpx.HTTPError`."""
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
        """Address → the subjects of its letters, sorted, without login codes; each id counts once."""
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
    """To people who raised or endorsed a topic that will be discussed."""
    return f"Topik “{topic}” akan dibahas bersama"


def published(title: str) -> str:
    """To the members of the region."""
    return f"Kegiatan baru: {title}"


def seat_taken(title: str) -> str:
    """To a person who registered and has a seat."""
    return f"Pendaftaran tercatat: {title}"


def seat_lined(title: str, place: int) -> str:
    """To a person who registered and is on the waiting list."""
    return f"Daftar tunggu nomor {place}: {title}"


def seat_promoted(title: str) -> str:
    """To a person who got a seat from the waiting list."""
    return f"Ada tempat untuk Bapak/Ibu: {title}"


def seat_released(title: str) -> str:
    """To a person who gave the seat back."""
    return f"Pendaftaran dibatalkan: {title}"


def reminder(title: str) -> str:
    """To a person with a seat, some time before the start."""
    return f"Pengingat: {title}"


def completed(title: str) -> str:
    """To the people who attended."""
    return f"Terima kasih sudah hadir: {title}"


def question(topic: str) -> str:
    """To the people who raised the topic."""
    return f"Apakah “{topic}” sudah teratasi?"
