"""What the handlers of members are called with."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock, SystemClock
from services.kernel.base.mongo import durable
from services.kernel.base.problem import Malformed
from services.kernel.commands.decider import Commands
from services.kernel.declare.service import Core
from services.kernel.log.log import EventLog
from services.kernel.privacy.claims import Claims, MongoClaims
from services.kernel.privacy.vault import Vault
from services.kernel.views.view_store import Views
from services.members.domain.person import PERSON, Member
from services.members.domain.region import REGION, Region
from services.members.identity.identification import Identification
from services.members.identity.joining import Joining
from services.members.importing.uploads import MongoUploads, Uploads
from services.members.secret_deriver import SecretDeriver
from services.members.views.roster import ROSTER


@dataclass(frozen=True)
class Dependencies:
    """``machine`` is the machine's wall clock, for the ages of tokens; ``clock`` is domain time. ``imports_bell`` wakes the
    import runner of this process.
    """

    log: EventLog
    commands: Commands
    views: Views
    vault: Vault
    clock: Clock
    machine: Clock
    claims: Claims
    secrets: SecretDeriver
    uploads: Uploads
    imports_bell: Bell

    @property
    def identification(self) -> Identification:
        """Finds the member behind a contact."""
        return Identification(self.claims, self.commands)

    @property
    def joining(self) -> Joining:
        """Makes members of applicants."""
        return Joining(self.identification, self.vault)

    def member(self, identity: str) -> Member | None:
        """The member in the id's own stream at this moment; None for an id of no member."""
        return self.commands.state(PERSON, identity)[0].member

    def require_member(self, identity: str, field: str = "person") -> Member:
        """The member named in ``field`` of a request. Raises ``Malformed`` for an id of no member."""
        member = self.member(identity)
        if member is None:
            raise Malformed(errors={field: ["There is no such member."]})
        return member

    def require_region(self, region: str) -> Region:
        """The region. Raises ``Malformed`` for a region that was never opened."""
        known, _ = self.commands.state(REGION, region)
        if known is None:
            raise Malformed(errors={"region": ["There is no such region."]})
        return known

    def require_place(self, region: str, subdistrict: str | None) -> None:
        """Raises ``Malformed`` for an unopened region, or a sub-district outside the region."""
        known = self.require_region(region)
        if subdistrict is not None and not known.has(subdistrict):
            raise Malformed(errors={"subdistrict": ["There is no such sub-district in this region."]})

    def name_of(self, person: str | None) -> str | None:
        """A member's name in the open. None for None, for an id of no member, and where the name was erased."""
        row = self.views.get(ROSTER, person) if person else None
        return self.vault.open(person, row.name) if person and row else None


def dependencies(core: Core) -> Dependencies:
    """This service's parts around the kernel's. A test can replace every part."""
    return Dependencies(
        log=core.log,
        commands=core.commands,
        views=core.views,
        vault=core.vault,
        clock=core.clock,
        machine=SystemClock(),
        claims=MongoClaims(durable(core.database, "claims"), core.settings.secrets.contact),
        secrets=SecretDeriver(core.settings.secrets.token),
        uploads=MongoUploads(durable(core.database, "uploads")),
        imports_bell=Bell(),
    )
