import random
from datetime import timedelta

from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from services.mentoring.domain import consultation_acts as acts
from services.mentoring.domain.desk import (
    BOARD,
    BOARD_ORDER,
    HAND,
    REGION,
    REGIONAL,
    Seat,
    at_the_board,
    key_of,
    owner_for,
)
from services.mentoring.domain.standing import Standing
from tests.unit.mentoring.simulation import RULES, Simulation

KEDIRI, BLITAR = "kota-kediri", "kota-blitar"
HOLDERS = st.one_of(st.none(), st.sampled_from("abc"))
SEATS = st.dictionaries(
    st.sampled_from(
        [*(key_of(office, None) for office in BOARD_ORDER), *(key_of(REGIONAL, r) for r in (KEDIRI, BLITAR))]
    ),
    st.builds(Seat, HOLDERS, HOLDERS),
)
ACTS = st.lists(
    st.sampled_from(["ask", "change", "read", "answer", "resolve", "reopen", "hand", "wait"]), min_size=12, max_size=50
)


def seat(holder: str | None, stand_in: str | None = None) -> Seat:
    return Seat(holder, stand_in)


def test_the_regions_own_comes_first_then_the_stand_in_then_the_board_in_its_order() -> None:
    seats = {key_of(REGIONAL, KEDIRI): seat("rani"), key_of("coordinator", None): seat("koko")}
    assert owner_for(KEDIRI, seats).person == "rani"
    seats[key_of(REGIONAL, KEDIRI)] = seat(None, "sinta")
    assert (owner_for(KEDIRI, seats).person, owner_for(KEDIRI, seats).why) == ("sinta", "stand-in")
    seats[key_of(REGIONAL, KEDIRI)] = seat(None)
    assert (owner_for(KEDIRI, seats).person, owner_for(KEDIRI, seats).why) == ("koko", "board")
    seats[key_of("coordinator", None)] = seat(None)
    assert owner_for(KEDIRI, seats | {key_of("treasurer", None): seat("tuti")}).person == "tuti"
    assert owner_for(KEDIRI, seats | {key_of(REGIONAL, BLITAR): seat("bima")}).person == "bima"


@given_any(SEATS)
def test_somebody_owns_it_unless_nobody_at_all_sits_anywhere(seats: dict[str, Seat]) -> None:
    taken = {one.taken_by for one in seats.values()} - {None}
    owner = owner_for(KEDIRI, seats)
    assert (owner.person in taken) if taken else (owner.person is None and owner.desk == BOARD)


@given_any(SEATS, st.sampled_from("abc"))
def test_the_board_lifts_it_to_somebody_else_where_there_is_somebody_else(seats: dict[str, Seat], silent: str) -> None:
    taken = {one.taken_by for key, one in seats.items()} - {None}
    to = at_the_board(seats, besides=silent)
    assert (to in taken - {silent}) if taken - {silent} else to in {silent, None}


def rightly_owned(community: Simulation, standing: Standing) -> bool:
    """Whether an open consultation is with whoever sits at its desk."""
    seats = community.seats[-1]
    owner = standing.owner
    own = seats.get(key_of(REGIONAL, standing.region), Seat()).taken_by
    if owner.desk == REGION:
        return owner.person is not None and owner.person == own
    if owner.desk == HAND:
        return owner.person is not None and not community.has_left(owner.person, standing.region)
    sitting = {one.taken_by for one in seats.values()} - {None}
    fetched_back = owner.why != BOARD or own is None
    return fetched_back and (owner.person in sitting if sitting else owner.person is None)


def happen(community: Simulation, act: str, n: int, chance: random.Random) -> None:
    """One of the things that people and time do."""
    name = chance.choice(community.asked) if community.asked else ""
    commands = {
        "answer": acts.GiveAnswer("ani", "sealed", False),
        "resolve": acts.Resolve("asker", True, None),
        "reopen": acts.Reopen(True, None, community.clock.now(), RULES),
        "hand": acts.AssignByHand(chance.choice(["mira", "ani", "budi"]), True),
    }
    match act:
        case "ask":
            community.ask(chance)
        case "change":
            community.change(chance)
        case "read":
            for _ in range(chance.randrange(8)):
                community.read(chance)
        case "wait":
            community.wait(timedelta(minutes=chance.choice([1, 4, 60, 60 * 24 * 3])))
        case _ if name:
            community.take(name, commands[act], n, act)


@settings(max_examples=40)
@given_any(ACTS, st.integers(0, 2**32))
def test_every_open_consultation_always_has_exactly_one_owner_and_at_last_the_right_one(
    told: list[str], seed: int
) -> None:
    chance, community = random.Random(seed), Simulation()
    for n, act in enumerate(told):
        happen(community, act, n, chance)
        assert all(community.standing(one).owner.desk in {REGION, BOARD, HAND} for one in community.asked)
    community.settle(chance)
    for one in community.asked:
        standing = community.standing(one)
        assert not standing.is_open or rightly_owned(community, standing), standing.owner
