"""When a reader that waits for a time is woken."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.kernel.base.alarm import Alarm
from services.kernel.base.bell import Bell
from services.kernel.base.clock import FixedClock

NOW = datetime(2026, 12, 1, tzinfo=UTC)
LONG = 30.0


class Sleeper:
    """An alarm with everything that can wake it."""

    def __init__(self) -> None:
        self.clock, self.bell, self.other = FixedClock(NOW), Bell(), Bell()
        self.alarm = Alarm(self.bell, self.clock, also=[self.other])

    def seconds_asleep(self, happens: Callable[[], None], longest: float = LONG) -> float:
        """How long it slept when something happens a moment after it fell asleep."""
        threading.Timer(0.1, happens).start()
        begun = time.monotonic()
        self.alarm.wait(self.alarm.heard(), longest)
        return time.monotonic() - begun


@pytest.mark.parametrize("which", ["bell", "other", "alarm"])
def test_every_bell_of_an_alarm_wakes_it(which: str) -> None:
    sleeper = Sleeper()
    assert sleeper.seconds_asleep(getattr(sleeper, which).ring) < 5


def test_a_ring_before_the_wait_is_not_missed() -> None:
    sleeper = Sleeper()
    for bell in (sleeper.bell, sleeper.other):
        heard, begun = sleeper.alarm.heard(), time.monotonic()
        bell.ring()
        sleeper.alarm.wait(heard, LONG)
        assert time.monotonic() - begun < 5


def test_moving_domain_time_to_its_moment_wakes_an_alarm() -> None:
    sleeper = Sleeper()
    sleeper.alarm.set(NOW + timedelta(days=7))
    assert sleeper.seconds_asleep(lambda: sleeper.clock.advance(timedelta(days=7))) < 5


def test_an_alarm_sleeps_up_to_the_limit_before_its_moment() -> None:
    sleeper = Sleeper()
    sleeper.alarm.set(NOW + timedelta(days=7))
    assert sleeper.seconds_asleep(lambda: sleeper.clock.advance(timedelta(days=6)), 1.2) >= 1.2
    sleeper.alarm.set(None)
    assert sleeper.seconds_asleep(lambda: sleeper.clock.advance(timedelta(days=9)), 1.2) >= 1.2
