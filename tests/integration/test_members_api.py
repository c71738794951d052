"""The members service on a real database, and killed in the middle of an import."""

import json
import threading
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from deploy import keys
from deploy.waiting import wait_until
from services.kernel.assembly import Application, assemble
from services.kernel.base.clock import SystemClock
from services.kernel.base.ids import new_id
from services.kernel.base.mongo import connect
from services.kernel.base.settings import read_secrets, settings_for
from services.kernel.declare.policy import ANONYMOUS, Actor, ActorSignature
from services.kernel.http.api import RawRequest
from services.members.bootstrap import definition
from services.members.domain.person import MemberJoined
from services.members.installation import BoardMember, install_board, issue_token
from services.members.views.roster import ROSTER
from tests.services.members.harness import COORDINATOR, GATEWAY, NOTIFICATIONS, REGIONAL, SUBDISTRICTS
from tests.unit.members.sample_registrations import row, table

REGION = {"region": "kota-kediri", "name": "Kota Kediri", "subdistricts": SUBDISTRICTS}


@dataclass
class Running:
    """The service with its readers in threads, and what a client knows of its positions."""

    application: Application
    seen: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self.application.prepare()
        jobs = self.application.jobs()
        self.threads = [threading.Thread(target=job, args=(self.stop,), name=name) for name, job in jobs]
        for thread in self.threads:
            thread.start()

    def close(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def send(self, method, path, body=None, *, actor=ANONYMOUS, raw=None, query=None, key=None):
        signature = ActorSignature(self.application.settings.secrets.signing.hex())
        headers = {ActorSignature.HEADER.lower(): signature.sign(actor), "idempotency-key": key or new_id()}
        if self.seen:
            headers["wait-for"] = self.seen
        content = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        answer = self.application.api.respond(RawRequest(method, path, query or {}, headers, content))
        self.seen = answer.headers.get("Position", self.seen)
        return answer.status, json.loads(answer.body)

    def get(self, path, *, actor=ANONYMOUS, **query):
        return self.send("GET", path, actor=actor, query=query)

    def post(self, path, body=None, **options):
        return self.send("POST", path, body if body is not None else {}, **options)

    def join(self, email):
        body = {"name": "Ani", "email": email, "library": "SD", "region": "kota-kediri", "subdistrict": "mojoroto"}
        return self.post("/v1/members", body)

    def finished(self, path):
        wait_until(lambda: self.get(path, actor=COORDINATOR)[1].get("state") == "finished", 30, "the import to finish")
        return self.get(path, actor=COORDINATOR)[1]


@pytest.fixture
def environment(mongodb_uri, database_prefix, tmp_path):
    return {
        "MONGODB_URI": mongodb_uri,
        "JEJARING_DATABASE_PREFIX": database_prefix,
        "JEJARING_SECRETS": str(keys.ensure(tmp_path / "keys")),
        "AMQP_URI": "none",
    }


@pytest.fixture
def members(environment):
    settings = settings_for("members", environment)
    running = Running(assemble(definition(), settings, connect(settings.mongodb)[settings.database]))
    yield running
    running.close()


@pytest.fixture
def opened(members):
    assert members.post("/v1/regions", REGION, actor=COORDINATOR)[0] == 201
    return members


def test_from_the_board_to_a_member_who_logs_in(members):
    board = [BoardMember("coordinator", "Budi", "budi@contoh.example", None, "SMA", "kota-kediri", "mojoroto")]
    (installed,) = install_board(members.application.parts, board)
    token = issue_token(members.application.parts, "budi@contoh.example")

    def coordinator():
        status, actor = members.post("/internal/identity", {"token": token}, actor=GATEWAY)
        return actor if status == 200 and actor["offices"] else None

    wait_until(lambda: coordinator() is not None, 10, "the office to be seen")
    assert coordinator()["id"] == installed.person
    assert members.post("/v1/regions", REGION, actor=COORDINATOR)[0] == 201
    _, joined = members.join("ani@contoh.example")
    assert members.post("/v1/guests/guest-1", {"name": "Ani", "email": "ani@contoh.example"})[0] == 201
    assert members.post("/v1/login/code", {"contact": "ani@contoh.example"})[0] == 202
    told = members.application.log.facts(0, 100)[-1]
    _, reached = members.get("/internal/people", ids=joined["member"], code=told.data["code"], actor=NOTIFICATIONS)
    assert reached["people"][0]["email"] == "ani@contoh.example"
    status, login = members.post("/v1/login", {"contact": "ani@contoh.example", "code": reached["code"]})
    assert (status, login["person"]) == (200, joined["member"])
    wait_until(
        lambda: members.get("/v1/guests/guest-1", actor=REGIONAL)[1].get("person") == joined["member"],
        10,
        "the guest to be tied",
    )
    assert members.get("/v1/members", actor=REGIONAL)[1]["items"][0]["region"] == "kota-kediri"
    me = members.get("/v1/me", actor=Actor("person", joined["member"]))[1]
    assert me["contacts"]["email"] == "ani@contoh.example"


def test_only_one_of_twenty_simultaneous_joinings_with_one_contact_succeeds(opened):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: opened.join("ani@contoh.example"), range(20)))
    assert Counter(status for status, _ in answers) == {201: 1, 422: 19}
    assert {body["rule"] for status, body in answers if status == 422} == {"already-a-member"}


def test_an_import_of_145_beside_bad_rows_and_again(opened):
    content = table(*[row(n) for n in range(145)], row(3), row(200, region=""), row(201, submitted="31/02/2026"))
    status, foreseen = opened.post("/v1/members/import", raw=content, actor=COORDINATOR, query={"dry_run": "true"})
    assert (status, foreseen["good"], foreseen["known"]) == (200, 145, 1)
    assert opened.application.core.database["claims"].count_documents({}) == 0
    for joined, known in ((145, 1), (0, 146)):
        status, started = opened.post("/v1/members/import", raw=content, actor=COORDINATOR)
        assert status == 202
        progress = opened.finished(f"/v1/imports/{started['import']}")
        assert (progress["joined"], progress["known"]) == (joined, known)
        assert [bad["row"] for bad in progress["bad"]] == [148, 149]
    assert opened.application.views.count(ROSTER) == 145
    wait_until(lambda: not opened.application.parts.uploads.waiting_imports(), 10, "the rows to be dropped")


def test_nothing_personal_stands_in_the_database_in_the_open(opened):
    opened.join("rahasia@contoh.example")
    opened.post("/v1/guests/guest-1", {"name": "Rahasia", "phone": "081234567890"})
    opened.post("/v1/login/code", {"contact": "rahasia@contoh.example"})
    content = table(row(1, name="Rahasia Juga", email="juga@contoh.example"))
    _, started = opened.post("/v1/members/import", raw=content, actor=COORDINATOR)
    stored = _everything(opened.application)
    opened.finished(f"/v1/imports/{started['import']}")
    stored += _everything(opened.application)
    assert "kota-kediri" in stored
    for personal in ("rahasia", "juga@contoh", "81234567890", "812300000"):
        assert personal not in stored.lower()


def _everything(application: Application) -> str:
    database = application.core.database
    return "\n".join(repr(document) for name in database.list_collection_names() for document in database[name].find())


def test_views_built_anew_are_the_same(opened):
    opened.join("ani@contoh.example")
    opened.post("/v1/guests/guest-1", {"name": "Dewi"})
    opened.post("/v1/rules", {"speakers": "open"}, actor=COORDINATOR)
    _, started = opened.post("/v1/members/import", raw=table(row(1), row(2, region="")), actor=COORDINATOR)
    opened.finished(f"/v1/imports/{started['import']}")
    application = opened.application
    head = application.log.head()
    for view in definition().views:
        live = application.views.pointer(view, fresh=True).live
        before = _documents(application, live)
        application.views.rebuild(view.name)
        wait_until(lambda view=view, live=live: _switched(application, view, live), 20, "the switch")
        after = _documents(application, application.views.pointer(view, fresh=True).live)
        assert after == before, view.name
    assert application.log.head() == head


def _switched(application: Application, view: Any, live: str) -> bool:
    pointer = application.views.pointer(view, fresh=True)
    return pointer.live != live and pointer.next is None


def _documents(application: Application, collection: str) -> list[dict[str, Any]]:
    found = application.core.database[collection].find({"_at": {"$exists": True}})
    return sorted(found, key=lambda document: document["_id"])


def test_killed_in_the_middle_of_an_import_each_row_joins_once(child_services, environment, tmp_path):
    services = child_services(environment={"AMQP_URI": "none"}, services=("members",))
    secrets = read_secrets(services.environment)
    process = services.start("members")
    services.wait_ready("members")
    coordinator = ActorSignature(secrets.signing.hex()).sign(COORDINATOR)

    def send(method, path, content=None):
        headers = {ActorSignature.HEADER: coordinator, "Idempotency-Key": new_id()}
        headers["Content-Type"] = "text/csv" if path.endswith("import") else "application/json"
        request = urllib.request.Request(services.url("members") + path, content, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    send("POST", "/v1/regions", json.dumps(REGION).encode())
    wait_until(lambda: send("GET", "/v1/regions")["items"], 10, "the region to be seen")
    path = "/v1/imports/" + send("POST", "/v1/members/import", table(*[row(n) for n in range(145)]))["import"]

    def progress():
        try:
            return send("GET", path)
        except (urllib.error.URLError, ConnectionError):
            return {"done": 0, "state": ""}

    for share in (20, 80):
        wait_until(lambda share=share: progress()["done"] >= share, 30, f"{share} rows to be taken")
        services.kill(process)
        services.restart(process)
    wait_until(lambda: progress()["state"] == "finished", 30, "the import to finish")
    assert (progress()["joined"], progress()["rows"]) == (145, 145)

    settings = settings_for("members", services.environment)
    with connect(settings.mongodb) as client:
        application = assemble(definition(), settings, client[settings.database], clock=SystemClock())
        joined = Counter()
        for commit in application.log.read(0, 10_000):
            for recorded in application.log.recorded(commit):
                if isinstance(recorded.event, MemberJoined):
                    joined[application.core.vault.open(recorded.stream_id, recorded.event.name)] += 1
        assert joined == {f"Orang Contoh {n}": 1 for n in range(145)}
