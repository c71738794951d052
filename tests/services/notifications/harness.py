"""The harness of the notifications service, in the words of its domain. Time stands still until the test moves it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.kernel.base.message import Fact
from services.kernel.base.settings import PORTS
from services.kernel.bus.envelope import envelope
from services.kernel.declare.policy import ANONYMOUS, EVERYWHERE, Actor, service_actor
from services.kernel.declare.policy import actor_from as actor_of
from services.notifications.bootstrap import definition
from tests.support.sample_community import HOST
from tests.support.sample_facts import sample
from tests.support.service_harness import ServiceHarness
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START

KEEPER = Actor("person", "koko", grants={"partners.keep": (EVERYWHERE,)})
GATEWAY = service_actor("gateway")
UNIVERSITY = {"name": "Universitas Nusantara", "kind": "university", "regions": ["kota-kediri", "kota-blitar"]}
NOWHERE = "http://127.0.0.1:9"


class NotificationsHarness(ServiceHarness):
    """One notifications service; ``members`` is the address of the members service."""

    def __init__(self, database: Database[dict[str, Any]], *, members: str = NOWHERE, **options: Any) -> None:
        urls = dict.fromkeys(PORTS, members)
        super().__init__(definition(), database, **{"now": START, "urls": urls} | options)
        self.members_url = members
        self._heard: dict[str, int] = {}

    def settle(self) -> None:
        """Step the views; a test steps planner and senders by ``run`` or ``step``."""
        self.show()

    def hear(self, *told: Fact) -> None:
        """Admit facts, numbered as their sources would."""
        for fact in told:
            n = self._heard[fact.source] = self._heard.get(fact.source, 0) + 1
            admission = self.application.inbox.admit(fact.source, [envelope(replace(fact, n=n), HOST)])
            assert admission.stored == 1

    def hear_of(self, name: str, /, region: str | None = "kota-kediri", *, subject: str = "s", **given: Any) -> Fact:
        """One further fact of a source, ``events.activity-published``; fields not given are those of a golden fact."""
        source, _, kind = name.partition(".")
        n = self._heard.get(source, 0) + 1
        data = sample(source, kind, **given)
        told = Fact(source, "epoch", n, f"{source}-{n}", kind, 1, subject, region, START, data, "c")
        self.hear(told)
        return told

    def listen(self) -> int:
        """Admit what the service itself told, as its subscription does; answers how many facts were new."""
        n = self.application.inbox.expected("notifications").n
        facts = self.application.log.facts(n - 1, 256)
        told = [envelope(fact, HOST) for fact in facts]
        return self.application.inbox.admit("notifications", told).stored

    def deliveries(self) -> dict[str, dict[str, Any]]:
        """Person → the delivery's document; where there are several, by the last one planned."""
        return {document["person"]: document for document in self.database.deliveries.find().sort("planned", 1)}

    def states(self) -> dict[str, str]:
        """Person → state."""
        return {person: document["state"] for person, document in self.deliveries().items()}

    def told(self, person: str) -> dict[tuple[str, str], str]:
        """(kind, channel) → state of all that one person was to be told."""
        found = self.database.deliveries.find({"person": person})
        return {(document["kind"], document["channel"]): document["state"] for document in found}

    def choose(self, person: str, **wishes: Any) -> None:
        """Let a person choose how they want to be told."""
        reply = self.call(Actor("person", person), "PUT", "/v1/me/preferences", {"email": True, **wishes})
        assert reply.status == 200, reply.body
        self.run()

    def move_to(self, moment: datetime) -> None:
        """Move the clock to a moment."""
        self.clock.advance(moment - self.clock.now())

    def partner(self, *, active: bool = True, **changed: Any) -> str:
        """An institution with whom it is agreed."""
        identity = str(self.post(KEEPER, "/v1/partners", UNIVERSITY | changed).body["partner"])
        if active:
            agreed = {"state": "active", "agreement": "MoU 12/2026"}
            assert self.post(KEEPER, f"/v1/partners/{identity}/state", agreed).status == 200
        return identity

    def bearer(self, partner: str, *regions: str, scopes: tuple[str, ...] = ("feed.read", "subscriptions.keep")) -> str:
        """A key of the partner."""
        wish = {"name": "reader", "scopes": list(scopes), "regions": list(regions or ("kota-kediri",))}
        return str(self.post(KEEPER, f"/v1/partners/{partner}/keys", wish).body["bearer"])

    def behind(self, bearer: str) -> Actor:
        """The actor that the gateway makes of a key."""
        reply = self.post(GATEWAY, "/internal/partner-identity", {"token": bearer})
        return actor_of(reply.body) if reply.status == 200 else ANONYMOUS


def community(harness: NotificationsHarness, *people: str) -> None:
    """A region is open and these are members."""
    harness.hear(facts.region_opened(), *(facts.joined(person, "board") for person in people))
