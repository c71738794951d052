from hypothesis import given
from hypothesis import strategies as st

from services.kernel.base.pause import Backoff, jittered


@given(st.floats(0.001, 10), st.floats(1, 1000), st.integers(1, 40))
def test_a_pause_doubles_up_to_its_bound_and_jitters_by_at_most_half(first: float, times: float, attempts: int) -> None:
    longest = first * times
    backoff, full = Backoff(first, longest), first
    for _ in range(attempts):
        assert full / 2 <= backoff.next() <= full
        full = min(full * 2, longest)


def test_after_a_success_the_first_pause_comes_again() -> None:
    backoff = Backoff(0.1, 5.0)
    for _ in range(10):
        backoff.next()
    backoff.reset()
    assert 0.05 <= backoff.next() <= 0.1


def test_two_who_wait_do_not_come_back_together() -> None:
    assert len({jittered(1.0) for _ in range(20)}) > 1
