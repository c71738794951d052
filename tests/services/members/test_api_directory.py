"""Who can do something and lives near."""

import pytest

from services.kernel.declare.policy import ANONYMOUS
from tests.services.members.harness import COORDINATOR, MEMBER, REGIONAL, holder_of

PATH = "/v1/people-who-can"
WANTED = {"unit": "b-slims", "region": "kota-kediri"}


@pytest.fixture
def harness(harness):
    harness.open_region("nganjuk", "Kab. Nganjuk")
    return harness


def able(harness, name, level, second=None, **place):
    given = {"email": f"{name.lower()}@contoh.example", **place}
    person = harness.join(name, **given)
    rating = {"unit": "b-slims", "aspect": "skill"}
    harness.post(holder_of(person=person), "/v1/competence", {**rating, "level": level})
    if second is not None:
        harness.post(COORDINATOR, "/v1/competence", {**rating, "level": second, "person": person})
    return person


def test_the_directory_orders_by_second_rater_then_level_then_distance(harness):
    able(harness, "Ani", 4)
    able(harness, "Budi", 3, second=3, subdistrict="pesantren")
    able(harness, "Citra", 2, second=3)
    able(harness, "Dodi", 4, second=2)
    able(harness, "Elok", 2)
    able(harness, "Fajar", 4, region="nganjuk")
    found = harness.get(REGIONAL, PATH, query={"subdistrict": "mojoroto", **WANTED}).body["items"]
    assert [(one["name"], one["level"], one["rater"]) for one in found] == [
        ("Citra", 3, "second"),
        ("Budi", 3, "second"),
        ("Ani", 4, "self"),
    ]
    assert [one["km"] for one in found] == [0.0, 6.4, 0.0]
    masters = harness.get(REGIONAL, PATH, query={"level": "4", **WANTED}).body["items"]
    assert [(one["name"], one["km"]) for one in masters] == [("Ani", None)]


def test_the_directory_needs_a_permission_in_the_region(harness):
    assert harness.get(ANONYMOUS, PATH, query=WANTED).status == 401
    assert harness.get(MEMBER, PATH, query=WANTED).status == 403
    assert harness.get(REGIONAL, PATH, query={**WANTED, "region": "nganjuk"}).status == 403
    assert harness.get(COORDINATOR, PATH, query={**WANTED, "unit": "b-unknown"}).status == 400


def test_an_erased_member_is_not_proposed(harness):
    ani = able(harness, "Ani", 4)
    harness.post(holder_of(person=ani), "/v1/me/erasure", {"sure": True})
    assert harness.get(REGIONAL, PATH, query=WANTED).body["items"] == []
