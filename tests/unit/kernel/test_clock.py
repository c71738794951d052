"""Domain time: shared by processes, moved only forward, and never by accident."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from services.kernel.base.clock import DemoClock, SystemClock, clock_from


def test_processes_that_share_the_file_share_the_time(tmp_path: Path) -> None:
    one, other = DemoClock(tmp_path / "clock.json"), DemoClock(tmp_path / "clock.json")
    before = other.now()
    one.advance(timedelta(days=14))
    deadline = time.monotonic() + 2
    while other.now() - before < timedelta(days=14):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_steps_add_up_and_none_goes_back(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "clock.json")
    start = clock.now()
    clock.advance(timedelta(hours=1))
    clock.advance(timedelta(hours=1))
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))
    assert timedelta(hours=2) <= clock.now() - start < timedelta(hours=2, seconds=5)


def test_a_demo_clock_without_a_file_shows_the_machines_time(tmp_path: Path) -> None:
    assert abs(DemoClock(tmp_path / "none.json").now() - SystemClock().now()) < timedelta(seconds=1)


def test_a_setting_names_the_clock_and_anything_else_is_refused() -> None:
    assert isinstance(clock_from("system"), SystemClock)
    assert isinstance(clock_from("demo:/x/clock.json"), DemoClock)
    for wrong in ("", "demo", "demo:", "sundial"):
        with pytest.raises(ValueError, match="unknown clock"):
            clock_from(wrong)


def test_after_an_advance_every_clock_shows_the_new_time_at_once(tmp_path: Path) -> None:
    mover, other = DemoClock(tmp_path / "clock.json"), DemoClock(tmp_path / "clock.json")
    for _ in range(5):
        before = other.now()
        mover.advance(timedelta(days=1))
        assert other.now() - before >= timedelta(days=1)
