"""Equipment: whose it is, in one place at a time, and back again."""

from datetime import UTC, datetime

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.domain.equipment import (
    EquipmentLent,
    EquipmentRegistered,
)
from tests.services.members.harness import MEMBER, REGIONAL
from tests.support.sample_community import NOW
from tests.support.sample_facts import sample

AT = datetime(2026, 3, 2, tzinfo=UTC)
REGISTERED = EquipmentRegistered("Proyektor", "projector", "ani", None, "nganjuk")
LENT = EquipmentLent("gathering-1", "budi", AT, 1)
PATH = "/v1/equipment"


def test_a_planner_finds_free_things_and_records_their_loans(harness):
    ani = Actor("person", harness.join("Ani"))
    thing = harness.post(ani, PATH, {"name": "Proyektor sekolah", "kind": "projector"}).body["equipment"]
    free = {"region": "kota-kediri", "free": "true"}
    (found,) = harness.get(REGIONAL, PATH, query=free).body["items"]
    assert (found["name"], found["owner_name"], found["activity"]) == ("Proyektor sekolah", "Ani", None)
    about = {"activity": "g1", "title": "Barcode", "starts": NOW.isoformat()}
    published = sample("events", "activity-published", **about)
    harness.hear("events.activity-published", published)
    assert harness.post(REGIONAL, f"{PATH}/{thing}/loans", {"activity": "g1"}).status == 201
    assert harness.get(REGIONAL, PATH, query=free).body["items"] == []
    taken = harness.post(ani, f"{PATH}/{thing}/loans", {"activity": "g2"})
    assert (taken.status, taken.body["rule"]) == (422, "equipment-is-lent")
    assert harness.post(ani, f"{PATH}/{thing}/return").status == 200
    (own,) = harness.get(ani, PATH).body["items"]
    assert (own["activity"], own["loans"][0]["title"], bool(own["loans"][0]["returned"])) == (None, "Barcode", True)
    assert harness.post(ani, f"{PATH}/{thing}/withdrawal").status == 200
    assert harness.get(ani, PATH).body["items"][0]["offered"] is False
    assert harness.get(REGIONAL, PATH, query=free).body["items"] == []


def test_another_members_thing_cannot_be_lent(harness):
    ani = Actor("person", harness.join("Ani"))
    thing = harness.post(ani, PATH, {"name": "Laptop", "kind": "laptop"}).body["equipment"]
    for act in ("return", "withdrawal"):
        assert harness.post(MEMBER, f"{PATH}/{thing}/{act}").status == 404
    assert harness.post(MEMBER, f"{PATH}/{thing}/loans", {"activity": "g1"}).status == 404
    assert harness.get(MEMBER, PATH, query={"region": "kota-kediri"}).status == 403
    assert harness.get(ANONYMOUS, PATH).status == 401
    assert harness.post(ani, PATH, {"name": "Laptop", "kind": "laptop", "library": "l"}).status == 403
    assert harness.post(ani, PATH, {"name": "Kursi", "kind": "chair"}).status == 400
