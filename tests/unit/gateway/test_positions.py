from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.positions import KEPT_SECONDS, Seen, positions_in, seen_from

POSITIONS = st.dictionaries(st.sampled_from(["members", "events"]), st.integers(0, 10**9))


def test_a_position_header_is_parsed_and_invalid_entries_are_ignored():
    assert positions_in("members@3, events@7, members@9, x, @4, mentoring@, a@-1, b@1.5") == {"members": 9, "events": 7}
    assert positions_in(f"members@3, members@{'9' * 5000}") == {"members": 3}
    assert positions_in(None) == positions_in("") == {}


@given(st.lists(POSITIONS))
def test_a_seen_position_never_moves_back(answers):
    seen, newest = Seen(), {}
    for answer in answers:
        seen = seen.updated_with(answer, now=1000)
        newest = {name: max(newest.get(name, 0), answer.get(name, 0)) for name in {*newest, *answer}}
        assert {name: position for name, (position, _) in seen.newest.items()} == newest
    assert seen_from(seen.as_list()) == seen


def test_a_seen_position_expires():
    seen = Seen().updated_with({"members": 40}, now=1000)
    assert seen.position_of("members", now=1000 + KEPT_SECONDS) == 40
    assert seen.position_of("members", now=1001 + KEPT_SECONDS) is None
    assert seen.recent(now=1001 + KEPT_SECONDS) == Seen()
