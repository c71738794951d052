"""The dependencies of this service's handlers, and the questions that handlers ask before a command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.events.certificate_code import CertificateCodes
from services.events.code_word import CodeWords
from services.events.domain.activity import PLANNED, Activity
from services.events.domain.activity_times import ActivityTimes
from services.events.domain.attendance import ATTENDANCE
from services.events.domain.kinds import KINDS, ActivityDecider
from services.events.domain.plan import Plan
from services.events.domain.rules import CertificateRule, RulesInForce
from services.events.domain.seats import SEATS
from services.events.views.board import BOARD
from services.events.views.participation import PARTICIPATION
from services.events.views.rulebook import RULEBOOK, RulesRow, certificate_rule_at, rules_at
from services.heard.regions import REGIONS
from services.kernel.base.problem import Malformed, NotFound
from services.kernel.commands.decider import Commands
from services.kernel.declare.policy import Actor
from services.kernel.declare.schema import UNSET
from services.kernel.declare.service import Core
from services.kernel.privacy.vault import Vault
from services.kernel.views.view_store import Views

PLAN = "activities.plan"
RECORD = "attendance.record"
DECIDE = "topics.decide"
KEEP = "venues.keep"
READ_MEMBERS = "members.read"


@dataclass(frozen=True)
class CurrentActivity:
    """An activity as its log has it at this moment."""

    identity: str
    decider: ActivityDecider
    activity: Activity
    version: int

    @property
    def plan(self) -> Plan:
        return self.activity.plan

    @property
    def times(self) -> ActivityTimes:
        """The activity as attendance sees it."""
        plan = self.plan
        return ActivityTimes(self.activity.state, plan.region, plan.starts, plan.ends, plan.sessions)


@dataclass(frozen=True)
class Dependencies:
    """The dependencies of the service's handlers. ``pages`` is the address of the gateway's web pages."""

    commands: Commands
    views: Views
    vault: Vault
    code_words: CodeWords
    certificate_codes: CertificateCodes
    pages: str

    def activity(self, identity: str, actor: Actor) -> CurrentActivity:
        """The activity, of any kind. Raises ``NotFound`` for an activity that the actor may not know of.

        Read from the log and not from the view, because the answer decides what the actor may do: a planner may publish
        an activity right after planning.
        """
        for decider in KINDS:
            activity, version = self.commands.state(decider, identity)
            if activity is not None:
                current = CurrentActivity(identity, decider, activity, version)
                if activity.state == PLANNED and not actor.may(PLAN, activity.plan.region):
                    raise NotFound
                return current
        raise NotFound

    def activity_to_plan(self, identity: str, actor: Actor, permission: str = PLAN) -> CurrentActivity:
        """The activity, if the actor may plan in its region. Raises ``NotFound``, ``Unauthorized``, ``Forbidden``."""
        current = self.activity(identity, actor)
        actor.require(permission, current.plan.region)
        return current

    def rules(self, at: datetime) -> RulesInForce:
        """The rules in force at a moment, as far as members has told them."""
        return rules_at(self._rulebook(), at)

    def certificate_rule(self, at: datetime) -> CertificateRule:
        """The rule for certificates at a moment, as far as members has told it."""
        return certificate_rule_at(self._rulebook(), at)

    def holds_board_office(self, person: str) -> bool:
        """Whether the person holds an office of the board at this moment."""
        held = self.views.get(BOARD, person)
        return held is not None and bool(held.offices)

    def ids_of_person(self, person: str) -> frozenset[str]:
        """The person's id, and the ids of all guests known to be the person."""
        row = self.views.get(PARTICIPATION, person)
        return frozenset({person, *(row.guests if row else ())})

    def person_behind(self, participant: str) -> str:
        """The person whom a guest is known to be; the id itself for a member and for an unknown guest."""
        row = self.views.get(PARTICIPATION, participant)
        return (row and row.person) or participant

    def is_member(self, identity: str) -> bool:
        """Whether members has told of a member with this id."""
        row = self.views.get(PARTICIPATION, identity)
        return row is not None and row.region is not UNSET

    def require_region(self, region: str, subdistrict: str | None = None) -> None:
        """Raises ``Malformed`` for a region that was never opened or a sub-district outside the region."""
        known = self.views.get(REGIONS, region)
        if known is None:
            raise Malformed(errors={"region": ["There is no such region."]})
        if subdistrict is not None and subdistrict not in {each.id for each in known.subdistricts}:
            raise Malformed(errors={"subdistrict": ["There is no such sub-district in this region."]})

    def _rulebook(self) -> Iterable[RulesRow]:
        return self.views.all(RULEBOOK)

    def took_part(self, activity: str, person: str) -> bool:
        """Whether the person, under any known id, has a seat at an activity or attended."""
        there, _ = self.commands.state(ATTENDANCE, activity)
        seats, _ = self.commands.state(SEATS, activity)
        return not self.ids_of_person(person).isdisjoint(
            there.persons | there.guests | {*(seats.taken if seats else ())}
        )


def dependencies(core: Core) -> Dependencies:
    """The dependencies of this service, around the dependencies of all services."""
    key = core.settings.secrets.token
    return Dependencies(
        core.commands, core.views, core.vault, CodeWords(key), CertificateCodes(key), core.settings.public_url
    )
