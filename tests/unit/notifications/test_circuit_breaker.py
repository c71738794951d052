"""Pauses after a server did not answer."""

import pytest

from services.kernel.base import pause as pauses
from services.notifications.sending.circuit_breaker import CircuitBreaker
from services.notifications.sending.retry_policy import RetryPolicy


class Machine:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def breaker(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> CircuitBreaker:
    """The jitter takes nothing off a pause: pauses of 1, 2, 4 and then at most 5 seconds."""
    monkeypatch.setattr(pauses.random, "uniform", lambda _least, most: most)
    return CircuitBreaker(RetryPolicy(pause=1.0, longest_pause=5.0), machine)


def pause(breaker: CircuitBreaker, machine: Machine, seconds: float | None = None) -> float | None:
    """The pause after one more failure, which is then over."""
    breaker.trip("email", ConnectionError("away"), seconds)
    assert breaker.is_open("email")
    left = breaker.seconds_until_next_try()
    machine.now += left or 0.0
    assert not breaker.is_open("email")
    return left


def test_each_failure_without_an_answer_in_between_pauses_twice_as_long_up_to_the_longest_pause(
    breaker: CircuitBreaker, machine: Machine
) -> None:
    assert [pause(breaker, machine) for _ in range(5)] == [1, 2, 4, 5, 5]


def test_an_answer_makes_the_next_pause_the_shortest_again(breaker: CircuitBreaker, machine: Machine) -> None:
    assert [pause(breaker, machine) for _ in range(3)] == [1, 2, 4]
    breaker.reset("email")
    assert pause(breaker, machine) == 1


def test_a_server_that_names_its_pause_gets_it_and_no_other_name_pauses(
    breaker: CircuitBreaker, machine: Machine
) -> None:
    assert pause(breaker, machine, seconds=42.0) == 42
    breaker.trip("email", ConnectionError("away"))
    assert not breaker.is_open("telegram")
