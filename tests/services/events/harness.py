"""The harness of the events service, in the words of its domain."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pymongo.database import Database

from services.events.bootstrap import definition
from services.events.dependencies import DECIDE, KEEP, PLAN, READ_MEMBERS, RECORD
from services.kernel.declare.policy import EVERYWHERE, Actor
from tests.support.sample_community import BLITAR, KEDIRI, person
from tests.support.sample_facts import sample
from tests.support.service_harness import Reply, ServiceHarness
from tests.unit.events.sample_times import END, SESSIONS, START

OURS = (PLAN, RECORD, DECIDE, KEEP, READ_MEMBERS)


def regional(region: str, name: str = "rani") -> Actor:
    """A regional coordinator."""
    return Actor("person", name, grants=dict.fromkeys(OURS, (region,)))


def coordinator(name: str = "koko") -> Actor:
    """The coordinator of it all."""
    return Actor("person", name, grants=dict.fromkeys(OURS, (EVERYWHERE,)))


RANI = regional(KEDIRI)
BIMA = regional(BLITAR, "bima")
ACADEMIC = {"person": "dosen", "role": "speaker", "category": "academic", "competence": "Klasifikasi", "name": "Dr. D"}


class EventsHarness(ServiceHarness):
    """One events service."""

    def __init__(self, database: Database[dict[str, Any]], **options: Any) -> None:
        super().__init__(definition(), database, **options)
        self.members = self.sources["members"]

    def open_regions(self, *regions: str) -> None:
        """Members tell of regions, with one sub-district each, and of Rani who coordinates the first."""
        for region in regions:
            places = [{"id": f"{region}-1", "name": "One", "latitude": -7.8, "longitude": 112.0}]
            self.members.say("region-opened", region, {"name": region, "subdistricts": places}, region)
        office = {"office": "regional-coordinator", "region": regions[0], "person": "rani", "board": True}
        self.hear("office-assumed", f"regional-coordinator.{regions[0]}", office, regions[0])

    def hear(self, kind: str, subject: str, data: Mapping[str, Any], region: str | None = None) -> None:
        """A fact of members arrives, behind what they said before, and is read."""
        self.members.say(kind, subject, data, region)
        self.admit(self.members)
        self.show()

    def rule(self, **changed: Any) -> None:
        """Members tell of a new version of the rules."""
        self.hear("rules-changed", "rules", sample("members", "rules-changed", **changed))

    def topic(self, raiser: str = "ani", region: str = KEDIRI) -> str:
        """A topic that somebody raised."""
        reply = self.post(person(raiser), "/v1/topics", {"title": "Barcodes do not scan", "region": region})
        return str(reply.body["topic"])

    def venue(self, kind: str = "cafe", region: str = KEDIRI) -> str:
        """A venue in the book."""
        new = {"name": "Kopi Kita", "kind": kind, "region": region, "subdistrict": f"{region}-1"}
        return str(self.post(coordinator(), "/v1/venues", new).body["venue"])

    def plan(self, actor: Actor = RANI, **changed: Any) -> Reply:
        """Ask for a gathering; whatever is not given is made up."""
        wish = {"kind": "gathering", "title": "Barcodes", "region": KEDIRI, "capacity": 12}
        wish |= {"starts": START.isoformat(), "ends": END.isoformat()} | changed
        wish = {"topic": None, "venue": None} | wish
        wish["topic"] = wish["topic"] or self.topic()
        wish["venue"] = wish["venue"] or self.venue()
        return self.post(actor, "/v1/activities", wish)

    def published(self, **changed: Any) -> str:
        """A gathering that people can register for."""
        activity = str(self.plan(**changed).body["activity"])
        path = f"/v1/activities/{activity}"
        assert self.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"}).status == 201
        assert self.post(RANI, f"{path}/publish").status == 200
        return activity

    def workshop(self, *, speaker: bool = True, **changed: Any) -> str:
        """A workshop of two days with two sessions each, published if it has a speaker."""
        wish = {"kind": "workshop", "title": "Pengolahan", "region": KEDIRI, "capacity": 12, "sessions": SESSIONS}
        wish = {"venue": changed.pop("venue", None) or self.venue(), **wish, **changed}
        activity = str(self.post(RANI, "/v1/activities", wish).body["activity"])
        if speaker:
            assert self.post(RANI, f"/v1/activities/{activity}/speakers", ACADEMIC).status == 201
            assert self.post(RANI, f"/v1/activities/{activity}/publish").status == 200
        return activity

    def register(self, activity: str, *names: str) -> list[Reply]:
        """Each of them registers, in this order."""
        return [self.post(person(name), f"/v1/activities/{activity}/registrations") for name in names]

    def hold(self, activity: str, *names: str) -> None:
        """It takes place, they are there, and it is over."""
        self.clock.advance(max(END - self.clock.now(), timedelta()))
        for name in names:
            assert self.post(RANI, f"/v1/activities/{activity}/attendance", {"person": name}).status == 201
        assert self.post(RANI, f"/v1/activities/{activity}/complete").status == 200
