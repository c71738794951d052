"""Names and contacts, asked of members at the moment of sending: in memory for at most a minute, stored nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests

from services.kernel.declare.policy import ActorSignature, service_actor
from services.notifications.domain.contact import EMAIL, TELEGRAM

ANSWER_SECONDS = 3.0
KEPT_SECONDS = 60.0
JUST_NOW_SECONDS = 0.5
ASKED_AT_ONCE = 100


class PeopleUnavailable(Exception):
    """Members does not answer now, and deliveries wait. The exception carries no personal data."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or guest as members answers now. ``email`` and ``telegram`` (a chat's id) are None where members has none."""

    person: str
    name: str
    language: str | None
    email: str | None
    erased: bool = False
    telegram: str | None = None

    def address(self, channel: str) -> str | None:
        """The person's address on a channel, None without an address."""
        return {EMAIL: self.email, TELEGRAM: self.telegram}.get(channel)

    def __repr__(self) -> str:
        return f"Contact({self.person})"  # so that no log and no traceback shows more


class People(Protocol):
    """Answers names, contacts and login codes."""

    def ask(self, ids: Sequence[str], *, anew: bool = False) -> Mapping[str, Contact]:
        """Id → contact, for known ids. ``anew`` asks again for remembered contacts. Raises ``PeopleUnavailable``."""
        ...

    def login_code_digits(self, person: str, code: str) -> str | None:
        """The digits of a login code; None for an expired code. Raises ``PeopleUnavailable``."""
        ...

    def forget_old_contacts(self) -> None:
        """Drop contacts that were remembered for too long. Must be called regularly, also while no contact is asked for."""
        ...


class MembersPeople:
    """Asks members' ``/internal/people``, signed as this service.

    An id without an answer is asked for again the next time: the person's joining may be on the way.
    """

    def __init__(self, url: str, signature: ActorSignature, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url = f"{url.rstrip('/')}/internal/people"
        self._signature = signature
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, Contact]] = {}

    def ask(self, ids: Sequence[str], *, anew: bool = False) -> Mapping[str, Contact]:
        self.forget_old_contacts()
        if anew:
            for identity in self._older_than(JUST_NOW_SECONDS).intersection(ids):
                del self._kept[identity]
        wanted = [identity for identity in dict.fromkeys(ids) if identity not in self._kept]
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            asked = self._monotonic()
            page = self._get({"ids": ",".join(wanted[start : start + ASKED_AT_ONCE])})
            for contact in page.people:
                self._kept[contact.person] = (asked, contact)
        return {identity: self._kept[identity][1] for identity in ids if identity in self._kept}

    def login_code_digits(self, person: str, code: str) -> str | None:
        return self._get({"ids": person, "code": code}).code

    def forget_old_contacts(self) -> None:
        for identity in self._older_than(KEPT_SECONDS):
            del self._kept[identity]

    def _older_than(self, seconds: float) -> set[str]:
        oldest = self._monotonic() - seconds
        return {identity for identity, (asked, _) in self._kept.items() if asked <= oldest}

    def _get(self, query: dict[str, str]) -> _Answer:
        header = {ActorSignature.HEADER: self._signature.sign(service_actor("notifications"))}
        try:
            answer = requests.get(self._url, params=query, headers=header, timeout=ANSWER_SECONDS)
            answer.raise_for_status()
            page = answer.json()
            digits = page.get("code")
            return _Answer([_contact(found) for found in page["people"]], str(digits) if digits else None)
        except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
            # The original error may show the query, and a body that could not be read may hold contacts.
            raise PeopleUnavailable(type(error).__name__) from None


@dataclass(frozen=True)
class _Answer:
    """The answer to one request; ``code`` are the digits of a login code."""

    people: list[Contact]
    code: str | None


def _contact(document: Mapping[str, Any]) -> Contact:
    return Contact(
        person=document["person"],
        name=document.get("name") or "",
        language=document.get("language"),
        email=document.get("email") or None,
        erased=bool(document.get("erased")),
        telegram=str(document["telegram"]) if document.get("telegram") else None,
    )
