"""A signal ends `make run` also when Python drops the error that the signal raised."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from deploy import local


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    signal.signal(signal.SIGTERM, local._interrupt_once)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


class Finalized:
    """Gets the signal in its finalizer, where Python drops every error."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(100):
            pass


def test_a_signal_whose_error_is_dropped_is_raised_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda _dropped: None)
    monkeypatch.setattr(local, "REPEAT_SECONDS", 0.05)
    Finalized()
    with pytest.raises(KeyboardInterrupt):
        time.sleep(5)


def test_a_signal_that_was_heard_interrupts_nothing_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "REPEAT_SECONDS", 0.05)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
    local._interruption_is_heard()
    time.sleep(0.2)
