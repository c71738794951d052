"""The whole service on a real database, stepped by hand, as partners and those who keep them meet it."""

import json
from dataclasses import replace
from itertools import count
from typing import Any

from pymongo.database import Database

from services.kernel.api import RawRequest
from services.kernel.assembly import assemble
from services.kernel.clock import FixedClock
from services.kernel.envelope import envelope
from services.kernel.message import Fact
from services.kernel.policy import ANONYMOUS, EVERYWHERE, Actor, service_actor
from services.kernel.policy import actor_from as actor_of
from services.kernel.view_reader import ViewReader
from services.notifications.bootstrap import definition
from tests.support.answers import assert_fits
from tests.support.stage import Reply
from tests.unit.notifications.facts import START
from tests.unit.notifications.house import SIGNATURE, settings

KEEPER = Actor("person", "koko", grants={"partners.keep": (EVERYWHERE,)})
GATEWAY = service_actor("gateway")
UNIVERSITY = {"name": "Universitas Nusantara", "kind": "university", "regions": ["kota-kediri", "kota-blitar"]}


class Desk:
    """One notifications service without mail; what it tells comes back to it when ``listen`` is called."""

    def __init__(self, database: Database[dict[str, Any]], **changed: Any) -> None:
        self.database = database
        self.clock = FixedClock(START)
        self.settings = replace(settings("http://127.0.0.1:9", None), **changed)
        self._keys = count(1)
        self._heard: dict[str, int] = {}
        self.restart()

    def restart(self) -> None:
        """Nothing in memory, everything in the database."""
        self.application = assemble(definition(), self.settings, self.database, clock=self.clock)
        self.application.prepare()

    def hear(self, name: str, /, region: str | None = "kota-kediri", **data: Any) -> Fact:
        """One further fact of a source: ``events.activity-published``."""
        source, _, kind = name.partition(".")
        n = self._heard[source] = self._heard.get(source, 0) + 1
        subject = str(data.get("subject", "s"))
        told = Fact(source, "epoch", n, f"{source}-{n}", kind, 1, subject, region, START, {"n": n, **data}, "c")
        assert self.application.inbox.admit(source, [envelope(told, "jejaring.test")]).stored == 1
        return told

    def listen(self) -> int:
        """Admit what the service itself told, as its subscription does; answers how many facts were new."""
        n = self.application.inbox.expected("notifications").n
        facts = self.application.log.facts(n - 1, 256)
        told = [envelope(fact, "jejaring.test") for fact in facts]
        return self.application.inbox.admit("notifications", told).stored

    def show(self) -> None:
        """The views read to the end."""
        for reader in self.application.runner.readers:
            if isinstance(reader, ViewReader):
                reader.step(1)

    def call(self, actor: Actor, method: str, path: str, body: Any = None, key: str | None = None) -> Reply:
        """One request, under a fresh key unless one is given."""
        headers = {"idempotency-key": key or f"key-{next(self._keys)}", "content-type": "application/json"}
        if actor != ANONYMOUS:
            headers["jejaring-actor"] = SIGNATURE.sign(actor)
        if method == "GET":
            self.show()
        path, _, query = path.partition("?")
        parameters = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.application.api.respond(RawRequest(method, path, parameters, headers, raw))
        assert_fits(self.application.definition.routes, method, answer)
        self.show()
        return Reply(answer.status, answer.headers, json.loads(answer.body) if answer.body else None)

    def get(self, actor: Actor, path: str) -> Reply:
        return self.call(actor, "GET", path)

    def post(self, actor: Actor, path: str, body: Any = None, key: str | None = None) -> Reply:
        return self.call(actor, "POST", path, body, key)

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
