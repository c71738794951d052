"""What the handlers of this service are called with, and what they ask of it before they take a command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.kernel.base.problem import Malformed
from services.kernel.commands.decider import Commands
from services.kernel.declare.policy import Actor
from services.kernel.declare.service import Core
from services.kernel.privacy.vault import Vault
from services.kernel.views.view_store import Views
from services.mentoring.domain.desk import (
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
from services.mentoring.views.offices import OFFICES
from services.mentoring.views.participants import PARTICIPANTS, is_member
from services.mentoring.views.regions import REGIONS
from services.mentoring.views.rulebook import RULEBOOK, rules_at

ANSWER = "consultations.answer"
LEAD = "mentorships.lead"
VISIT = "mentorships.visit"
READ_MEMBERS = "members.read"


@dataclass(frozen=True)
class Parts:
    """The service as its handlers see it."""

    commands: Commands
    views: Views
    vault: Vault
    secrets: SecretDeriver

    def rules(self, at: datetime) -> RulesInForce:
        """The rules in force at a moment, as far as members have told them."""
        return rules_at(self.views.all(RULEBOOK), at)

    def office(self, office: str, region: str | None) -> dict[str, Any]:
        """Who holds an office: ``{holders: [persons], stand_in}``, both empty for one that nobody ever held."""
        known = self.views.get(OFFICES, f"{office}.{region or 'all'}") or {}
        return {"holders": list(known.get("holders", ())), "stand_in": known.get("stand_in")}

    def owner_for(self, region: str) -> Owner:
        """Who owns what is asked in a region now, as far as members have told who holds which office."""
        seats = {
            key_of(document["office"], document["region"]): Seat(
                next(iter(document.get("holders", ())), None), document.get("stand_in")
            )
            for document in self.views.all(OFFICES, {"office": {"$in": [*BOARD_ORDER, REGIONAL]}})
        }
        return owner_for(region, seats)

    def answers_in(self, person: str, region: str) -> bool:
        """Whether somebody holds an office, or stands in for one, that answers questions of a region."""
        offices = [*(self.office(office, None) for office in BOARD_ORDER)]
        offices += [self.office(office, region) for office in ANSWERING_THERE]
        return any(person in {*office["holders"], office["stand_in"]} for office in offices)

    def ids(self, actor: Actor) -> frozenset[str]:
        """Every id that the acting person is known by, as member and as guest before that; none for nobody."""
        if actor.kind != "person":
            return frozenset()
        known = self.views.get(PARTICIPANTS, actor.id) or {}
        return frozenset({actor.id, *known.get("guests", ())})

    def require_member(self, person: str) -> None:
        """Raises ``Malformed`` for whoever is no member, as far as members have told."""
        if not is_member(self.views.get(PARTICIPANTS, person)):
            raise Malformed(errors={"person": ["There is no such member."]})

    def person_of(self, participant: str) -> str:
        """The member whom a participant's id is: a guest's own id until it is known whose it was."""
        return str((self.views.get(PARTICIPANTS, participant) or {}).get("person") or participant)

    def require_region(self, region: str) -> None:
        """Raises ``Malformed`` for a region that was never opened."""
        if self.views.get(REGIONS, region) is None:
            raise Malformed(errors={"region": ["There is no such region."]})


def parts(core: Core) -> Parts:
    """This service's parts around those that every service has."""
    return Parts(core.commands, core.views, core.vault, SecretDeriver(core.settings.secrets.token))
