"""Members in memory: its surface, its log, its views, its managers and its eraser, moved by hand."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.kernel.api import Api, RawRequest
from services.kernel.bell import Bell
from services.kernel.claims import MemoryClaims
from services.kernel.clock import FixedClock
from services.kernel.decider import Commands, Order
from services.kernel.ids import derived_id, new_id
from services.kernel.memory_log import MemoryLog
from services.kernel.message import Fact, Metadata
from services.kernel.policy import ANONYMOUS, Actor, ActorSignature, Held
from services.kernel.problem import Refused
from services.kernel.vault import MemoryKeys, Vault
from services.kernel.view import COMMITS, INBOX, Page, Remove
from services.members.api import routes
from services.members.contract import REGISTRY, tell
from services.members.domain.office_kinds import grants_of
from services.members.parts import Parts
from services.members.processes.crediting import CREDITING
from services.members.processes.erasing import Erasing, started
from services.members.processes.guest_tying import GUEST_TYING
from services.members.processes.import_runner import ImportRunner
from services.members.processes.leaving import LEAVING
from services.members.processes.moving import MOVING
from services.members.secret_deriver import SecretDeriver
from services.members.uploads import MemoryUploads
from services.members.views import VIEWS
from tests.support.answers import assert_fits

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SUBDISTRICTS = [
    {"id": "mojoroto", "name": "Mojoroto", "latitude": -7.8145, "longitude": 111.9906},
    {"id": "pesantren", "name": "Pesantren", "latitude": -7.8417, "longitude": 112.0413},
]


class FakeViews:
    """Views that are applied at once; only literal changes."""

    def __init__(self):
        self.documents = defaultdict(dict)

    def apply(self, view, recorded):
        for change in view.apply(recorded):
            if isinstance(change, Remove):
                self.documents[view.name].pop(change.key, None)
                continue
            document = self.documents[view.name].setdefault(change.key, {"_id": change.key})
            for path, value in change.set.items():
                *outer, last = path.split(".")
                inner = document
                for name in outer:
                    inner = inner.setdefault(name, {})
                inner[last] = value

    def get(self, view, key):
        document = self.documents[view.name].get(key)
        return None if document is None else self._row(view, document)

    def find(self, view, where=None, *, sort="_id", descending=False, after=None, limit=50):
        documents = sorted(self.documents[view.name].values(), key=lambda one: (one.get(sort), one["_id"]))
        keys = [document["_id"] for document in documents]
        begin = keys.index(after) + 1 if after else 0
        found = [
            document
            for document in (reversed(documents) if descending else documents[begin:])
            if all(_matches(document.get(name), wanted) for name, wanted in (where or {}).items())
        ]
        rows = [self._row(view, document) for document in found[:limit]]
        return Page(rows, found[limit - 1]["_id"] if len(found) > limit else None)

    def all(self, view, where=None):
        return iter(self.find(view, where, limit=len(self.documents[view.name])).items)

    def _row(self, view, document):
        return document if view.row is dict else view.read(document)


COMPARISONS = {
    "$gte": lambda value, wanted: value is not None and value >= wanted,
    "$gt": lambda value, wanted: value is not None and value > wanted,
    "$lt": lambda value, wanted: value is not None and value < wanted,
    "$lte": lambda value, wanted: value is not None and value <= wanted,
    "$in": lambda value, wanted: value in wanted,
    "$regex": lambda value, wanted: re.search(wanted, value) is not None,
}


def _matches(value, wanted):
    if isinstance(wanted, dict):
        return all(COMPARISONS[name](value, operand) for name, operand in wanted.items())
    return value == wanted


@dataclass
class Reply:
    status: int
    body: dict
    headers: dict


@dataclass
class Stage:
    """Everything in memory. ``as_actor`` is who asks until told otherwise."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    machine: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    actor: Actor = ANONYMOUS

    def __post_init__(self):
        self.log = MemoryLog("members", REGISTRY)
        self.commands = Commands(self.log, self.clock, tell)
        self.keys = MemoryKeys()
        self.views = FakeViews()
        self.parts = Parts(
            log=self.log,
            commands=self.commands,
            views=self.views,
            vault=Vault(self.keys, bytes(32)),
            clock=self.clock,
            machine=self.machine,
            claims=MemoryClaims(),
            secrets=SecretDeriver(b"a secret of a test"),
            uploads=MemoryUploads(),
            imports_bell=Bell(),
        )
        self.signature = ActorSignature("between gateway and services")
        self.api = Api(
            "members",
            routes,
            self.parts,
            commands=self.commands,
            clock=self.clock,
            signature=self.signature,
            wait_for=lambda _: None,
            shown=self.log.head,
        )
        self.runner = ImportRunner(self.parts)
        self.managed = {}
        self.seen = 0
        self.heard = 0

    def send(self, method, path, body=None, *, actor=None, key=None, raw=None, query=None, **headers):
        """One request, and then the views and the manager follow."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers[ActorSignature.HEADER.lower()] = self.signature.sign(actor or self.actor)
        if method != "GET":
            headers.setdefault("idempotency-key", key or new_id())
        content = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        answer = self.api.respond(RawRequest(method, path, query or {}, headers, content))
        # What an import answers at first lacks rows and done, which are published as required.
        assert_fits(routes, method, answer, but={"import-members"})
        self.follow()
        return Reply(answer.status, json.loads(answer.body) if answer.body else {}, dict(answer.headers))

    def get(self, path, *, actor=None, **query):
        return self.send("GET", path, actor=actor, query=query)

    def post(self, path, body=None, **options):
        return self.send("POST", path, body if body is not None else {}, **options)

    def follow(self):
        """Bring views, managers and eraser up to the log's end."""
        while self.seen < self.log.head():
            (commit,) = self.log.read(self.seen, 1)
            self.seen = commit.position
            for recorded in self.log.recorded(commit):
                for view in VIEWS:
                    if COMMITS in view.logs:
                        self.views.apply(view, recorded)
                self._manage(recorded)

    def _manage(self, recorded):
        for manager in (GUEST_TYING, CREDITING, LEAVING, MOVING):
            for instance in manager.concerned(recorded):
                self._react(manager, instance, recorded)
        if ids := started(recorded):
            Erasing(self.parts).erase(ids, recorded)

    def _react(self, manager, instance, recorded):
        reaction = manager.react(self.managed.get((manager.name, instance), {}), recorded)
        for n, issue in enumerate(reaction.issues):
            command_id = derived_id(manager.name, instance, recorded.id, n)
            try:
                self.commands.take(
                    issue.decider, Order(issue.command, issue.identity, command_id, Metadata(command_id))
                )
            except Refused:
                continue
        self.managed[manager.name, instance] = reaction.state

    def hear(self, name, data, *, subject="", region=None, at=None):
        """A fact that another service told: ``events.activity-published``."""
        source, _, kind = name.partition(".")
        self.heard += 1
        n = self.heard
        fact = Fact(
            source, "e", n, f"fact-{n}", kind, 1, subject, region, at or self.clock.now(), data, "c", position=n
        )
        for view in VIEWS:
            if INBOX in view.logs:
                self.views.apply(view, fact)

    def events(self):
        """All events, in order."""
        return [recorded.event for commit in self.log.read(0, 100_000) for recorded in self.log.recorded(commit)]

    def facts(self):
        """All facts told, in order."""
        return self.log.facts(0, 100_000)

    def open_region(self, region="kota-kediri", name="Kota Kediri", subdistricts=SUBDISTRICTS):
        body = {"region": region, "name": name, "subdistricts": subdistricts}
        assert self.post("/v1/regions", body, actor=COORDINATOR).status == 201

    def join(self, name="Ani Contoh", **given):
        body = {
            "name": name,
            "library": "SD Contoh 1",
            "region": "kota-kediri",
            "subdistrict": "mojoroto",
            **(given or {"email": "ani@contoh.example"}),
        }
        reply = self.post("/v1/members", body)
        assert reply.status == 201, reply.body
        return reply.body["member"]


def holder_of(*held, person="somebody"):
    """An actor who holds these offices, given as (office, region)."""
    return Actor("person", person, tuple(Held(*one) for one in held), grants_of(held))


COORDINATOR = holder_of(("coordinator", None), person="coordinator-1")
REGIONAL = holder_of(("regional-coordinator", "kota-kediri"), person="regional-1")
MEMBER = Actor("person", "member-1")
GATEWAY = Actor("service", "gateway")
NOTIFICATIONS = Actor("service", "notifications")
