"""The parts of the service for its handlers, and the handlers' questions before a command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.heard.regions import REGIONS
from services.kernel.base.problem import Malformed
from services.kernel.commands.decider import Commands
from services.kernel.declare.policy import Actor
from services.kernel.declare.service import Core
from services.kernel.privacy.vault import Vault
from services.kernel.views.view_store import Views
from services.mentoring.domain.case import Note
from services.mentoring.domain.desk import (
    ALL,
    ANSWERING_THERE,
    BOARD_ORDER,
    REGIONAL,
    Owner,
    Seat,
    key_of,
    owner_for,
)
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.secret_deriver import SecretDeriver
from services.mentoring.views.libraries import LIBRARIES, LibraryRow
from services.mentoring.views.offices import OFFICES
from services.mentoring.views.participants import PARTICIPANTS
from services.mentoring.views.rulebook import RULEBOOK, rules_at

ANSWER = "consultations.answer"
LEAD = "mentorships.lead"
VISIT = "mentorships.visit"
READ_MEMBERS = "members.read"


@dataclass(frozen=True)
class Dependencies:
    """The dependencies of the service's handlers."""

    commands: Commands
    views: Views
    vault: Vault
    secrets: SecretDeriver

    def rules(self, at: datetime) -> RulesInForce:
        """The rules in force at a moment, as far as members have told them."""
        return rules_at(self.views.all(RULEBOOK), at)

    def owner_for(self, region: str) -> Owner:
        """The owner of a question that is asked in a region now, by the offices that members have told."""
        wanted = {"office": {"$in": [*BOARD_ORDER, REGIONAL]}}
        seats = {
            key_of(row.office, row.region): Seat(next(iter(row.holders), None), row.stand_in)
            for row in self.views.all(OFFICES, wanted)
        }
        return owner_for(region, seats)

    def answers_in(self, person: str, region: str) -> bool:
        """Whether the person holds an office that answers questions of the region, or stands in for its holder."""
        keys = [*(f"{office}.{ALL}" for office in BOARD_ORDER), *(f"{office}.{region}" for office in ANSWERING_THERE)]
        offices = [row for key in keys if (row := self.views.get(OFFICES, key)) is not None]
        return any(person in {*office.holders, office.stand_in} for office in offices)

    def ids(self, actor: Actor) -> frozenset[str]:
        """All ids of the acting person, as member and as guest before that; none for an actor who is no person."""
        if actor.kind != "person":
            return frozenset()
        return frozenset({actor.id, *self.guests(actor.id)})

    def guests(self, person: str) -> tuple[str, ...]:
        """The guests that the person is known to have been."""
        row = self.views.get(PARTICIPANTS, person)
        return row.guests if row else ()

    def require_member(self, person: str) -> None:
        """Raises ``Malformed`` for an id that is no member's, as far as members have told."""
        row = self.views.get(PARTICIPANTS, person)
        if row is None or not row.is_member:
            raise Malformed(errors={"person": ["There is no such member."]})

    def person_of(self, participant: str) -> str:
        """The member that a guest turned out to be; the id itself for a member and for a guest who is not known."""
        row = self.views.get(PARTICIPANTS, participant)
        return (row and row.person) or participant

    def require_region(self, region: str) -> None:
        """Raises ``Malformed`` for a region that was never opened."""
        if self.views.get(REGIONS, region) is None:
            raise Malformed(errors={"region": ["There is no such region."]})

    def library(self, library: str) -> LibraryRow:
        """The library and its staff, as far as members have told of them."""
        return self.views.get(LIBRARIES, library) or LibraryRow(library)

    def open_note(self, note: Note | None) -> str | None:
        """A note's text; None where there is no note, or its writer is erased."""
        return None if note is None else self.vault.open(note.owner, note.sealed)

    def seal_note(self, person: str, text: str | None) -> Note | None:
        """The text as a note of the person, None without a text."""
        return None if text is None else Note(person, self.vault.seal(person, text))


def dependencies(core: Core) -> Dependencies:
    """The parts of this service, made from the parts of every service."""
    return Dependencies(core.commands, core.views, core.vault, SecretDeriver(core.settings.secrets.token))
