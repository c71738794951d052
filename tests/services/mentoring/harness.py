"""The harness of the mentoring service, in the words of its domain."""

from collections.abc import Mapping
from typing import Any

from pymongo.database import Database

from services.kernel.declare.policy import EVERYWHERE, Actor
from services.mentoring.bootstrap import definition
from services.mentoring.dependencies import ANSWER, LEAD, READ_MEMBERS, VISIT
from tests.support.sample_community import BLITAR, KEDIRI
from tests.support.sample_facts import sample
from tests.support.service_harness import ServiceHarness

OURS = (ANSWER, LEAD, VISIT, READ_MEMBERS)


def regional(region: str, name: str = "rani") -> Actor:
    """A regional coordinator."""
    return Actor("person", name, grants=dict.fromkeys(OURS, (region,)))


def mentor(region: str, name: str = "mira") -> Actor:
    """Somebody who goes along with libraries of a region."""
    return Actor("person", name, grants=dict.fromkeys((ANSWER, VISIT), (region,)))


def coordinator(name: str = "koko") -> Actor:
    """The coordinator of it all."""
    return Actor("person", name, grants=dict.fromkeys(OURS, (EVERYWHERE,)))


RANI = regional(KEDIRI)
BIMA = regional(BLITAR, "bima")
KOKO = coordinator()


class MentoringHarness(ServiceHarness):
    """One mentoring service."""

    def __init__(self, database: Database[dict[str, Any]], **options: Any) -> None:
        super().__init__(definition(), database, **options)
        self.members, self.events = self.sources["members"], self.sources["events"]

    def open_regions(self, *regions: str) -> None:
        """Members tell of regions, of Rani who coordinates the first, and of Koko who coordinates them all."""
        for region in regions:
            self.members.say("region-opened", region, {"name": region, "subdistricts": []}, region)
        self.assume("regional-coordinator", regions[0], "rani")
        self.assume("coordinator", None, "koko")

    def assume(self, office: str, region: str | None, person: str, board: bool = True) -> None:
        """Members tell that somebody took an office."""
        data = {"office": office, "region": region, "person": person, "board": board}
        self.hear("office-assumed", f"{office}.{region or 'all'}", data, region)

    def vacate(self, office: str, region: str | None, person: str) -> None:
        """Members tell that somebody left an office."""
        data = {"office": office, "region": region, "person": person}
        self.hear("office-vacated", f"{office}.{region or 'all'}", data, region)

    def stand_in(self, office: str, region: str | None, person: str) -> None:
        """Members tell that somebody stands in for a vacant office."""
        data = {"office": office, "region": region, "person": person, "board": True}
        self.hear("stand-in-named", f"{office}.{region or 'all'}", data, region)

    def rule(self, **changed: Any) -> None:
        """Members tell of a new version of the rules."""
        self.hear("rules-changed", "rules", sample("members", "rules-changed", **changed))

    def hear(
        self, kind: str, subject: str, data: Mapping[str, Any], region: str | None = None, source: str = "members"
    ) -> None:
        """A fact of another service arrives, behind what it said before, and all that follows from it happens."""
        other = self.members if source == "members" else self.events
        other.say(kind, subject, data, region, self.clock.now())
        self.admit(other)
        self.settle()

    def settle(self) -> None:
        """Views and managers read to the end, and read what the managers did themselves."""
        self.show()
        super().settle()
        self.show()
