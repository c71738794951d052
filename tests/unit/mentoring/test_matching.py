from hypothesis import given as every
from hypothesis import strategies as some

from services.mentoring.domain.matching import MAX_LOAD, Candidate, kilometres, ranked

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


def test_former_mentors_rank_first_and_overloaded_mentors_last() -> None:
    before = Candidate("a", former=True, able=False, load=2, km=40.0)
    near = Candidate("b", former=False, able=True, load=0, km=2.0)
    far = Candidate("c", former=False, able=True, load=0, km=30.0)
    unable = Candidate("d", former=False, able=False, load=0, km=1.0)
    busy = Candidate("e", former=False, able=True, load=MAX_LOAD, km=0.5)
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
def test_ranking_keeps_all_candidates_and_ignores_their_input_order(candidates: list[Candidate]) -> None:
    order = ranked(candidates)
    assert sorted(one.person for one in order) == sorted(one.person for one in candidates)
    assert ranked(reversed(candidates)) == order


def test_kilometres_match_known_distances() -> None:
    kediri, blitar = (-7.8166, 112.0116), (-8.0983, 112.1681)
    assert 35 < kilometres(kediri, blitar) < 37
    assert kilometres(kediri, kediri) == 0
