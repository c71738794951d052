from datetime import UTC, datetime, timedelta

import hypothesis
from hypothesis import strategies as some

from services.members.domain.framework import FrameworkAdopted, Frameworks
from services.members.domain.growth import Rating, area_levels, current_levels, gained
from services.members.frameworks import first

AT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = Frameworks((FrameworkAdopted(first(), ()),))


def rated(level, day=0, unit="b-slims", aspect="skill", rater="self"):
    return Rating(unit, aspect, level, rater, "kediri-1", AT + day * DAY)


def test_the_newest_rating_until_a_time_counts():
    ratings = [rated(3, 10), rated(1, 0), rated(2, 5, rater="second")]
    assert current_levels(ratings, FIRST, AT - DAY) == {}
    assert current_levels(ratings, FIRST, AT + 9 * DAY) == {
        ("b-slims", "skill", "self"): 1,
        ("b-slims", "skill", "second"): 2,
    }
    assert current_levels(ratings, FIRST, AT + 10 * DAY)["b-slims", "skill", "self"] == 3


def test_many_are_counted_by_area_and_the_second_raters_word_counts_first():
    one = {("b-slims", "skill", "self"): 4, ("b-slims", "skill", "second"): 2, ("b-network", "skill", "self"): 3}
    other = {("b-slims", "skill", "self"): 1, ("c-verbal", "skill", "self"): 4}
    counts = {count.area: count for count in area_levels([one, other], FIRST)}
    assert list(counts) == ["a", "b", "c", "d", "e"]
    assert (counts["b"].people, counts["b"].levels) == (2, {1: 1, 2: 1, 3: 0, 4: 0})
    assert (counts["c"].people, counts["a"].people) == (1, 0)


def test_levels_gained_compare_ratings_by_the_same_rater():
    before = {("b-slims", "skill", "self"): 1, ("b-slims", "skill", "second"): 2}
    after = {("b-slims", "skill", "self"): 3, ("b-network", "skill", "self"): 4, ("b-slims", "skill", "second"): 2}
    assert gained(before, after) == {"self": 2, "second": 0}


@hypothesis.given(
    some.lists(
        some.builds(
            rated,
            some.integers(1, 4),
            some.integers(0, 9),
            some.sampled_from([unit.unit for unit in first().units]),
            some.sampled_from(["knowledge", "skill", "attitude"]),
            some.sampled_from(["self", "second"]),
        )
    )
)
def test_a_count_never_holds_more_people_than_there_are_and_no_level_beyond_what_was_rated(ratings):
    levels = current_levels(ratings, FIRST, AT + 9 * DAY)
    for count in area_levels([levels], FIRST):
        assert sum(count.levels.values()) == count.people <= 1
        given = [level for (unit, _, _), level in levels.items() if unit.startswith(f"{count.area}-")]
        reached = [level for level, people in count.levels.items() if people]
        assert all(min(given) <= level <= max(given) for level in reached)
