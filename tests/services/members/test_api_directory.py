"""Who can do something and lives near."""

import pytest

from services.kernel.declare.policy import ANONYMOUS
from tests.services.members.harness import COORDINATOR, MEMBER, REGIONAL, holder_of

PATH = "/v1/people-who-can"
WANTED = {"unit": "b-slims", "region": "kota-kediri"}


@pytest.fixture
def stage(stage):
    stage.open_region("nganjuk", "Kab. Nganjuk")
    return stage


def able(stage, name, level, second=None, **place):
    given = {"email": f"{name.lower()}@contoh.example", **place}
    person = stage.join(name, **given)
    rating = {"unit": "b-slims", "aspect": "skill"}
    stage.post(holder_of(person=person), "/v1/competence", {**rating, "level": level})
    if second is not None:
        stage.post(COORDINATOR, "/v1/competence", {**rating, "level": second, "person": person})
    return person


def test_the_directory_orders_by_second_rater_then_level_then_distance(stage):
    able(stage, "Ani", 4)
    able(stage, "Budi", 3, second=3, subdistrict="pesantren")
    able(stage, "Citra", 2, second=3)
    able(stage, "Dodi", 4, second=2)
    able(stage, "Elok", 2)
    able(stage, "Fajar", 4, region="nganjuk")
    found = stage.get(REGIONAL, PATH, query={"subdistrict": "mojoroto", **WANTED}).body["items"]
    assert [(one["name"], one["level"], one["rater"]) for one in found] == [
        ("Citra", 3, "second"),
        ("Budi", 3, "second"),
        ("Ani", 4, "self"),
    ]
    assert [one["km"] for one in found] == [0.0, 6.4, 0.0]
    masters = stage.get(REGIONAL, PATH, query={"level": "4", **WANTED}).body["items"]
    assert [(one["name"], one["km"]) for one in masters] == [("Ani", None)]


def test_the_directory_needs_a_permission_in_the_region(stage):
    assert stage.get(ANONYMOUS, PATH, query=WANTED).status == 401
    assert stage.get(MEMBER, PATH, query=WANTED).status == 403
    assert stage.get(REGIONAL, PATH, query={**WANTED, "region": "nganjuk"}).status == 403
    assert stage.get(COORDINATOR, PATH, query={**WANTED, "unit": "b-unknown"}).status == 400


def test_an_erased_member_is_not_proposed(stage):
    ani = able(stage, "Ani", 4)
    stage.post(holder_of(person=ani), "/v1/me/erasure", {"sure": True})
    assert stage.get(REGIONAL, PATH, query=WANTED).body["items"] == []
