"""Until all erasures are repeated, no request opens what is sealed: restored keys could open what was erased."""

from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.kernel.readers import erasure_gate
from services.kernel.readers import lease as leases
from services.kernel.readers.eraser import Eraser
from services.kernel.readers.lease import Lease
from tests.services.members.harness import COORDINATOR, NOTIFICATIONS, MembersHarness

REGION = {
    "region": "kota-kediri",
    "name": "Kota Kediri",
    "subdistricts": [{"id": "mojoroto", "name": "Mojoroto", "latitude": -7.82, "longitude": 111.98}],
}


def join(members: MembersHarness, name: str) -> str:
    body = {"name": name, "email": f"{name}@example.org", "library": "SD", "region": "kota-kediri"}
    answer = members.post(ANONYMOUS, "/v1/members", body | {"subdistrict": "mojoroto"})
    assert answer.status == 201, answer
    return str(answer.body["member"])


def people(members: MembersHarness, *ids: str) -> Any:
    return members.get(NOTIFICATIONS, "/internal/people", query={"ids": ",".join(ids)})


def repeat(members: MembersHarness, lease: int = 1) -> None:
    [eraser] = [reader for reader in members.application.runner.readers if isinstance(reader, Eraser)]
    while eraser.step(lease):
        pass


@pytest.fixture
def restored(database: Database[dict[str, Any]]) -> tuple[str, str]:
    """A service that stands still, with one member, and one who was erased and whose key a backup brought back."""
    members = MembersHarness(database)
    assert members.post(COORDINATOR, "/v1/regions", REGION).status == 201
    stays, left = join(members, "ani"), join(members, "budi")
    backup = database["keys"].find_one({"_id": left})
    assert backup is not None
    assert members.post(Actor("person", left), "/v1/me/erasure", {"sure": True}).status == 202
    members.run()
    assert [each["name"] for each in people(members, stays, left).body["people"]] == ["ani", None]
    database["keys"].replace_one({"_id": left}, backup)
    for _ in range(2):  # past the number under which the harness stepped
        assert Lease(database, "one").acquire_or_renew()
    return stays, left


def test_a_restored_key_opens_nothing_before_the_erasures_are_repeated(
    database: Database[dict[str, Any]], restored: tuple[str, str]
) -> None:
    members = MembersHarness(database, repeat_erasures=False)
    answer = people(members, *restored)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert "budi" not in str(answer.body)
    assert members.get(Actor("service", "gateway"), "/internal/personal", query={"ids": restored[1]}).status == 503
    ready = members.get(ANONYMOUS, "/readyz")
    assert (ready.status, ready.body["reasons"]) == (503, ["erasures: not all are repeated since the start"])
    assert members.get(ANONYMOUS, "/v1/regions").status == 200  # nobody's data

    repeat(members)
    assert [each["name"] for each in people(members, *restored).body["people"]] == ["ani", None]
    assert members.get(ANONYMOUS, "/readyz").status == 200


def test_an_instance_that_stands_by_opens_people_when_the_holder_has_repeated_the_erasures(
    database: Database[dict[str, Any]], restored: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure_gate, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(leases, "LEASE_SECONDS", 60.0)  # a busy machine must not lose the lease meanwhile
    holder = MembersHarness(database, repeat_erasures=False)
    other = MembersHarness(database, repeat_erasures=False, instance="two")
    lease = Lease(database, "one")
    assert lease.acquire_or_renew()
    assert people(other, *restored).status == 503
    repeat(holder, lease.number)
    assert [each["name"] for each in people(other, *restored).body["people"]] == ["ani", None]


def test_what_a_backup_says_of_repeated_erasures_opens_nothing(
    database: Database[dict[str, Any]], restored: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure_gate, "LOOK_SECONDS", 0.0)
    lease = Lease(database, "one")
    assert lease.acquire_or_renew()
    repeat(MembersHarness(database, repeat_erasures=False), lease.number)
    # All of it came back with the backup, and the service starts: it takes the lease before its eraser has passed.
    assert Lease(database, "one").acquire_or_renew()
    assert people(MembersHarness(database, repeat_erasures=False), *restored).status == 503
