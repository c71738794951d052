import pytest

from services.members.importing.gazetteer import gazetteer_of
from services.members.views.regions import RegionRow, SubdistrictRow


def region(identity, name, *subdistricts):
    known = tuple(SubdistrictRow(each.lower().replace(" ", "-"), each, 0, 0) for each in subdistricts)
    return RegionRow(identity, name, known)


GAZETTEER = gazetteer_of(
    [
        region("kota-kediri", "Kota Kediri", "Mojoroto", "Pesantren"),
        region("kab-kediri", "Kabupaten Kediri", "Pare", "Ngasem"),
        region("tulungagung", "Tulungagung", "Kedungwaru"),
        region("nganjuk", "Kab. Nganjuk", "Tanjunganom", "Prambon"),
    ]
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Kota Kediri", "kota-kediri"),
        ("KOTA KEDIRI ", "kota-kediri"),
        ("kotamadya kediri", "kota-kediri"),
        ("kota-kediri", "kota-kediri"),
        ("Kab. Kediri", "kab-kediri"),
        ("Kab Kediri", "kab-kediri"),
        ("Kabupaten Kediri", "kab-kediri"),
        ("Tulungagung", "tulungagung"),
        ("Kab.Tulungagung", "tulungagung"),
        ("kabupaten tulungagung", "tulungagung"),
        ("Nganjuk", "nganjuk"),
    ],
)
def test_a_region_is_found_in_every_spelling(written, meant):
    assert GAZETTEER.regions_named(written) == {meant}


def test_a_name_without_its_kind_may_mean_two():
    assert GAZETTEER.regions_named("Kediri") == {"kota-kediri", "kab-kediri"}


@pytest.mark.parametrize("written", ["Surabaya", "Kota Nganjuk", "", "Kab."])
def test_an_unknown_region_is_not_found(written):
    assert not GAZETTEER.regions_named(written)


@pytest.mark.parametrize("written", ["Mojoroto", "mojoroto", "Kec. Mojoroto", "KECAMATAN MOJOROTO", "Moj oroto"])
def test_a_subdistrict_is_found_in_every_spelling(written):
    assert GAZETTEER.subdistrict_named("kota-kediri", written) == "mojoroto"


def test_a_subdistrict_is_looked_for_in_its_region_alone():
    assert GAZETTEER.subdistrict_named("kab-kediri", "Mojoroto") is None
    assert GAZETTEER.subdistrict_named("atlantis", "Mojoroto") is None
