from services.kernel.testing import given
from services.members.domain.region import REGION, OpenRegion, RegionOpened, Subdistrict

MOJOROTO = Subdistrict("mojoroto", "Mojoroto", -7.8145, 111.9906)
PESANTREN = Subdistrict("pesantren", "Pesantren", -7.8417, 112.0413)


def test_a_region_is_opened_with_its_subdistricts():
    given(REGION).when(OpenRegion("Kota Kediri", (MOJOROTO,))).then(RegionOpened("Kota Kediri", (MOJOROTO,)))


def test_a_region_opened_again_with_the_same_data_stays_as_it_is():
    given(REGION, RegionOpened("Kota Kediri", (MOJOROTO,))).when(OpenRegion("Kota Kediri", (MOJOROTO,))).then()


def test_an_open_region_is_not_opened_with_other_data():
    opened = RegionOpened("Kota Kediri", (MOJOROTO,))
    given(REGION, opened).when(OpenRegion("Kota Kediri", (PESANTREN,))).refused("region-is-open")


def test_two_subdistricts_of_a_region_have_two_ids():
    given(REGION).when(OpenRegion("Kota Kediri", (MOJOROTO, MOJOROTO))).refused("subdistrict-named-twice")


def test_a_region_knows_its_subdistricts():
    region = given(REGION, RegionOpened("Kota Kediri", (MOJOROTO,))).state
    assert region.has("mojoroto")
    assert not region.has("pesantren")
