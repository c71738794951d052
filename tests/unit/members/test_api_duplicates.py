"""Who may be in the roster twice."""

from tests.unit.members.stage import MEMBER, REGIONAL, Stage

PATH = "/v1/duplicates"


def test_the_same_name_at_the_same_library_or_in_the_same_place_is_shown():
    stage = Stage()
    stage.open_region()
    ani = stage.join("Ani Contoh", email="ani@contoh.example")
    again = stage.join("ani  contoh", phone="081234567890", subdistrict="pesantren")
    near = stage.join("Ani Contoh", phone="081234567891", library="SMP Lain")
    stage.join("Budi Contoh", email="budi@contoh.example")
    stage.join("Budi Contoh", phone="081234567892", library="SMP Lain", subdistrict="pesantren")
    items = stage.get(PATH, actor=REGIONAL, region="kota-kediri").body["items"]
    assert {tuple(item["members"]) for item in items} == {tuple(sorted((ani, again))), tuple(sorted((ani, near)))}
    assert stage.get(PATH, actor=MEMBER, region="kota-kediri").status == 403
    assert stage.get(PATH, region="kota-kediri").status == 401
