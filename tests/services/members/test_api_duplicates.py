"""Who may be in the roster twice."""

from services.kernel.declare.policy import ANONYMOUS
from tests.services.members.harness import MEMBER, REGIONAL

PATH = "/v1/duplicates"


def test_the_same_name_at_the_same_library_or_in_the_same_place_is_shown(new_harness):
    harness = new_harness()
    harness.open_region()
    ani = harness.join("Ani Contoh", email="ani@contoh.example")
    again = harness.join("ani  contoh", phone="081234567890", subdistrict="pesantren")
    near = harness.join("Ani Contoh", phone="081234567891", library="SMP Lain")
    harness.join("Budi Contoh", email="budi@contoh.example")
    harness.join("Budi Contoh", phone="081234567892", library="SMP Lain", subdistrict="pesantren")
    items = harness.get(REGIONAL, PATH, query={"region": "kota-kediri"}).body["items"]
    assert {tuple(item["members"]) for item in items} == {tuple(sorted((ani, again))), tuple(sorted((ani, near)))}
    assert harness.get(MEMBER, PATH, query={"region": "kota-kediri"}).status == 403
    assert harness.get(ANONYMOUS, PATH, query={"region": "kota-kediri"}).status == 401
