import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.members.domain.place import EARTH_RADIUS_KM, Centre, kilometres

CENTRES = some.builds(
    Centre, latitude=some.floats(-90, 90, allow_nan=False), longitude=some.floats(-180, 180, allow_nan=False)
)


def test_a_degree_of_latitude_is_111_kilometres():
    assert kilometres(Centre(-7, 112), Centre(-8, 112)) == pytest.approx(111.195, abs=0.001)


def test_a_known_distance():
    # Jakarta (Monas) and Surabaya (Tugu Pahlawan), great circle by geographiclib on a sphere of the same radius.
    assert kilometres(Centre(-6.1754, 106.8272), Centre(-7.2459, 112.7378)) == pytest.approx(663.6, abs=1)


def test_a_place_is_no_distance_from_itself():
    assert kilometres(Centre(-7.8145, 111.9906), Centre(-7.8145, 111.9906)) == 0


def test_across_the_date_line_is_near():
    assert kilometres(Centre(0, 179.9), Centre(0, -179.9)) == pytest.approx(22.2, abs=0.1)


@given(CENTRES, CENTRES)
def test_distance_is_always_the_same_both_ways_and_never_beyond_half_the_earth(one, other):
    distance = kilometres(one, other)
    assert distance == pytest.approx(kilometres(other, one), abs=1e-6)
    assert 0 <= distance <= EARTH_RADIUS_KM * 3.14160
