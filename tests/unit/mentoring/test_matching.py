from hypothesis import given as every
from hypothesis import strategies as some

from services.mentoring.domain.matching import LOAD_AT_MOST, Candidate, kilometres, ranked

CANDIDATES = some.lists(
    some.builds(
        Candidate,
        person=some.sampled_from("abcdefgh"),
        former=some.booleans(),
        able=some.booleans(),
        load=some.integers(0, 6),
        km=some.none() | some.floats(0, 90),
    ),
    unique_by=lambda one: one.person,
)


def test_whoever_went_along_before_comes_first_and_whoever_has_too_many_last() -> None:
    before = Candidate("a", former=True, able=False, load=2, km=40.0)
    near = Candidate("b", former=False, able=True, load=0, km=2.0)
    far = Candidate("c", former=False, able=True, load=0, km=30.0)
    unable = Candidate("d", former=False, able=False, load=0, km=1.0)
    busy = Candidate("e", former=False, able=True, load=LOAD_AT_MOST, km=0.5)
    nowhere = Candidate("f", former=False, able=True, load=0, km=None)
    assert ranked([busy, nowhere, unable, far, near, before]) == [before, near, far, nowhere, unable, busy]


def test_the_reasons_are_told() -> None:
    assert Candidate("a", former=True, able=True, load=0, km=3.0).reasons == (
        "former-mentor",
        "able",
        "near",
        "has-time",
    )
    assert Candidate("a", former=False, able=False, load=5, km=None).reasons == ("has-many",)


@every(CANDIDATES)
def test_nobody_is_left_out_and_the_order_does_not_depend_on_how_they_came(candidates: list[Candidate]) -> None:
    order = ranked(candidates)
    assert sorted(one.person for one in order) == sorted(one.person for one in candidates)
    assert ranked(reversed(candidates)) == order


def test_distances_are_those_of_the_map() -> None:
    kediri, blitar = (-7.8166, 112.0116), (-8.0983, 112.1681)
    assert 35 < kilometres(kediri, blitar) < 37
    assert kilometres(kediri, kediri) == 0
