import time

import pytest

from deploy.errors import DeadlinePassed
from deploy.waiting import allowed, wait_until


def test_a_wait_is_multiplied_by_the_factor_of_a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEJARING_WAIT_FACTOR", "2.5")
    assert allowed(10) == 25
    monkeypatch.delenv("JEJARING_WAIT_FACTOR")
    assert allowed(10) == 10


def test_wait_until_ends_at_its_deadline_and_reports_the_last_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEJARING_WAIT_FACTOR", "1")
    begun = time.monotonic()
    with pytest.raises(DeadlinePassed, match=r"Waited 0\.2 s in vain for the sun; last seen: 0\."):
        wait_until(lambda: 0, 0.2, "the sun", 0.01)
    assert time.monotonic() - begun >= 0.2


def test_wait_until_repeats_failed_assertions_and_returns_the_conditions_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = iter([False, 0, "here"])

    def condition() -> object:
        answer = next(seen)
        assert answer is not False, "not even zero"
        return answer

    assert wait_until(condition, 10, "it", 0.0) == "here"
