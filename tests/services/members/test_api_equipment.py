"""Equipment: whose it is, in one place at a time, and back again."""

from datetime import UTC, datetime

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.domain.equipment import (
    EquipmentLent,
    EquipmentRegistered,
)
from tests.services.members.harness import MEMBER, REGIONAL
from tests.support.sample_community import NOW

AT = datetime(2026, 3, 2, tzinfo=UTC)
REGISTERED = EquipmentRegistered("Proyektor", "projector", "ani", None, "nganjuk")
LENT = EquipmentLent("gathering-1", "budi", AT, 1)
PATH = "/v1/equipment"


def test_a_planner_finds_free_things_and_records_their_loans(stage):
    ani = Actor("person", stage.join("Ani"))
    thing = stage.post(ani, PATH, {"name": "Proyektor sekolah", "kind": "projector"}).body["equipment"]
    free = {"region": "kota-kediri", "free": "true"}
    (found,) = stage.get(REGIONAL, PATH, query=free).body["items"]
    assert (found["name"], found["owner_name"], found["activity"]) == ("Proyektor sekolah", "Ani", None)
    published = {"activity": "g1", "title": "Barcode", "starts": NOW.isoformat(), "units": []}
    stage.hear("events.activity-published", published)
    assert stage.post(REGIONAL, f"{PATH}/{thing}/loans", {"activity": "g1"}).status == 201
    assert stage.get(REGIONAL, PATH, query=free).body["items"] == []
    taken = stage.post(ani, f"{PATH}/{thing}/loans", {"activity": "g2"})
    assert (taken.status, taken.body["rule"]) == (422, "equipment-is-lent")
    assert stage.post(ani, f"{PATH}/{thing}/return").status == 200
    (own,) = stage.get(ani, PATH).body["items"]
    assert (own["activity"], own["loans"][0]["title"], bool(own["loans"][0]["returned"])) == (None, "Barcode", True)
    assert stage.post(ani, f"{PATH}/{thing}/withdrawal").status == 200
    assert stage.get(ani, PATH).body["items"][0]["offered"] is False
    assert stage.get(REGIONAL, PATH, query=free).body["items"] == []


def test_another_members_thing_cannot_be_lent(stage):
    ani = Actor("person", stage.join("Ani"))
    thing = stage.post(ani, PATH, {"name": "Laptop", "kind": "laptop"}).body["equipment"]
    for act in ("return", "withdrawal"):
        assert stage.post(MEMBER, f"{PATH}/{thing}/{act}").status == 404
    assert stage.post(MEMBER, f"{PATH}/{thing}/loans", {"activity": "g1"}).status == 404
    assert stage.get(MEMBER, PATH, query={"region": "kota-kediri"}).status == 403
    assert stage.get(ANONYMOUS, PATH).status == 401
    assert stage.post(ani, PATH, {"name": "Laptop", "kind": "laptop", "library": "l"}).status == 403
    assert stage.post(ani, PATH, {"name": "Kursi", "kind": "chair"}).status == 400
