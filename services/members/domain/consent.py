"""Consent: a person agrees to a purpose, in words with a version, and may withdraw. One stream a person.

(UU PDP 27/2022 asks for proof of consent, and for a withdrawal as easy as the consent.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

NAME_IN_ARCHIVE = "name-in-archive"
SHARE_WITH_PARTNER = "share-with-partner"
WORDINGS: Mapping[str, Mapping[int, str]] = {
    NAME_IN_ARCHIVE: {
        1: "Nama saya boleh ditampilkan di arsip kegiatan, misalnya pada pertanyaan yang saya ajukan. Arsip dapat dibaca "
        "siapa saja. Persetujuan ini dapat saya tarik kapan saja; setelah itu nama saya tidak ditampilkan lagi."
    },
    SHARE_WITH_PARTNER: {
        1: "Mitra ini boleh membaca nama dan kontak saya untuk kerja sama dengan komunitas. Setiap pembacaan dicatat. "
        "Persetujuan ini dapat saya tarik kapan saja; setelah itu mitra tidak dapat membacanya lagi."
    },
}
"""What is agreed to, by purpose and version. A wording that anybody agreed to is never changed; a new one follows it."""


@dataclass(frozen=True, slots=True)
class GiveConsent(Command):
    """Agree to a purpose in the words of version ``wording``; ``partner`` is set for a consent to share with a partner."""

    purpose: str
    partner: str | None
    wording: int
    region: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawConsent(Command):
    purpose: str
    partner: str | None
    region: str | None
    at: datetime


ConsentCommand = GiveConsent | WithdrawConsent


@dataclass(frozen=True, slots=True)
class ConsentGiven(Event):
    """``region`` is where the person lived."""

    purpose: str
    partner: str | None
    wording: int
    region: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    purpose: str
    partner: str | None
    region: str | None
    at: datetime


ConsentEvent = ConsentGiven | ConsentWithdrawn


@dataclass(frozen=True, slots=True)
class Consents:
    """The consents in force, by purpose and partner."""

    given: Mapping[tuple[str, str | None], ConsentGiven] = field(default_factory=dict)


def newest_wording(purpose: str) -> int:
    """The version that is agreed to now."""
    return max(WORDINGS[purpose])


def decide(command: ConsentCommand, consents: Consents) -> Sequence[Event]:
    """Accept the newest words alone, and sharing only with a named partner."""
    match command:
        case GiveConsent():
            if (command.purpose == SHARE_WITH_PARTNER) != (command.partner is not None):
                raise Refused(
                    "consent-names-its-partner", "Only the consent to sharing names a partner, and it must name one."
                )
            if command.wording != newest_wording(command.purpose):
                raise Refused(
                    "consent-wording-has-changed",
                    "The text of the consent has changed; show the new text before consenting.",
                )
            standing = consents.given.get((command.purpose, command.partner))
            if standing is not None and standing.wording == command.wording:
                return []
            return [ConsentGiven(command.purpose, command.partner, command.wording, command.region, command.at)]
        case WithdrawConsent():
            if (command.purpose, command.partner) not in consents.given:
                return []
            return [ConsentWithdrawn(command.purpose, command.partner, command.region, command.at)]
        case _:
            assert_never(command)


def evolve(consents: Consents, event: ConsentEvent) -> Consents:
    match event:
        case ConsentGiven():
            return Consents({**consents.given, (event.purpose, event.partner): event})
        case ConsentWithdrawn():
            gone = (event.purpose, event.partner)
            return Consents({kind: given for kind, given in consents.given.items() if kind != gone})
        case _:
            assert_never(event)


CONSENT: Decider[Consents] = Decider("consent", Consents(), decide, evolve)
