"""The harness of the members service, in the words of its domain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Event, Fact
from services.kernel.declare.policy import ANONYMOUS, Actor, Held
from services.kernel.declare.service import Core
from services.kernel.readers.reader import Reader
from services.members import bootstrap
from services.members.dependencies import Dependencies, dependencies
from services.members.domain.office_kinds import grants_of
from services.members.importing.import_runner import ImportRunner
from tests.support.sample_community import NOW
from tests.support.service_harness import ServiceHarness
from tests.unit.members.sample_registrations import SUBDISTRICTS


class MembersHarness(ServiceHarness):
    """One members service. Its import runner moves only when a test steps ``runner``."""

    def __init__(self, database: Database[dict[str, Any]], **options: Any) -> None:
        self.machine = FixedClock(NOW)
        super().__init__(replace(bootstrap.definition(), parts=self._parts), database, **options)

    def _parts(self, core: Core) -> Dependencies:
        return replace(dependencies(core), machine=self.machine)

    @property
    def parts(self) -> Dependencies:
        parts: Dependencies = self.application.parts
        return parts

    @property
    def managers(self) -> list[Reader]:
        return [reader for reader in super().managers if reader is not self.runner]

    @property
    def runner(self) -> ImportRunner:
        """The reader that takes the rows of imports."""
        return next(reader for reader in self.application.runner.readers if isinstance(reader, ImportRunner))

    def settle(self) -> None:
        """Step views and managers until none moves: many handlers of writes read views."""
        self.step_all([*self.views, *self.managers])

    def claims(self) -> dict[str, str]:
        """Each claimed contact's digest → the id of its owner."""
        return {str(claim["_id"]): str(claim["identity"]) for claim in self.database["claims"].find()}

    def events(self) -> list[Event]:
        """All events, in order."""
        log = self.application.log
        return [recorded.event for commit in log.read(0, 100_000) for recorded in log.recorded(commit)]

    def facts(self) -> list[Fact]:
        """All facts told, in order."""
        return list(self.application.log.facts(0, 100_000))

    def hear(
        self,
        name: str,
        data: Mapping[str, Any],
        *,
        subject: str = "",
        region: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """A fact of another service arrives and is read: ``events.activity-published``."""
        source, _, kind = name.partition(".")
        self.sources[source].say(kind, subject, data, region, at or self.clock.now())
        self.admit(self.sources[source])
        self.settle()

    def open_region(
        self,
        region: str = "kota-kediri",
        name: str = "Kota Kediri",
        subdistricts: Sequence[Mapping[str, Any]] = SUBDISTRICTS,
    ) -> None:
        """Open a region, Kota Kediri unless another is given."""
        body = {"region": region, "name": name, "subdistricts": subdistricts}
        assert self.post(COORDINATOR, "/v1/regions", body).status == 201

    def join(self, name: str = "Ani Contoh", **given: Any) -> str:
        """Make somebody a member; answers the member's id."""
        body = {
            "name": name,
            "library": "SD Contoh 1",
            "region": "kota-kediri",
            "subdistrict": "mojoroto",
            **(given or {"email": "ani@contoh.example"}),
        }
        reply = self.post(ANONYMOUS, "/v1/members", body)
        assert reply.status == 201, reply.body
        return str(reply.body["member"])


def holder_of(*held: tuple[str, str | None], person: str = "somebody") -> Actor:
    """An actor who holds these offices, given as (office, region)."""
    return Actor("person", person, tuple(Held(*one) for one in held), grants_of(held))


COORDINATOR = holder_of(("coordinator", None), person="coordinator-1")
REGIONAL = holder_of(("regional-coordinator", "kota-kediri"), person="regional-1")
MEMBER = Actor("person", "member-1")
GATEWAY = Actor("service", "gateway")
NOTIFICATIONS = Actor("service", "notifications")
