import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.waiting import wait_until
from services.kernel.base import pause
from services.kernel.base.bell import Bell
from services.kernel.base.metrics import Metrics
from services.kernel.readers import runner as runners
from services.kernel.readers.reader import LostCheckpoint
from services.kernel.readers.runner import Runner


class Held:
    """A lease that is held."""

    number = 1

    def held(self) -> bool:
        return True


class Idle:
    """A reader that has nothing to do for a long time."""

    name = "idle"
    idle_seconds = 60.0

    def __init__(self) -> None:
        self.stepped = threading.Event()
        self._bell = Bell()

    def step(self, lease: int) -> int:  # noqa: ARG002 - the protocol's name
        self.stepped.set()
        return 0

    def lag(self) -> int:
        return 0

    def bell(self) -> Bell:
        return self._bell


def test_a_stopped_reader_does_not_wait_for_a_ring() -> None:
    reader, stop = Idle(), threading.Event()
    runner = Runner("shelves", Held(), [reader])  # type: ignore[arg-type]
    running = threading.Thread(target=runner.run, args=(reader, stop), daemon=True)
    running.start()
    assert reader.stepped.wait(60)
    stop.set()
    runner.wake()
    running.join(60)
    assert not running.is_alive()


class Wavering:
    """A lease that a test gives and takes."""

    number = 1

    def __init__(self) -> None:
        self.mine = True

    def held(self) -> bool:
        return self.mine


class Failing(Idle):
    """A reader whose steps fail; ``behind`` is its lag."""

    def __init__(self) -> None:
        super().__init__()
        self.behind = 5000

    def step(self, lease: int) -> int:
        super().step(lease)
        raise LostCheckpoint("taken by another")

    def lag(self) -> int:
        return self.behind


@contextmanager
def running(lease: object, reader: Idle) -> Iterator[tuple[Runner, Metrics]]:
    metrics, stop = Metrics(), threading.Event()
    runner = Runner("shelves", lease, [reader], metrics)  # type: ignore[arg-type]
    thread = threading.Thread(target=runner.run, args=(reader, stop), daemon=True)
    thread.start()
    try:
        yield runner, metrics
    finally:
        stop.set()
        runner.wake()
        thread.join(60)
        assert not thread.is_alive()


def lag_of(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("jejaring_reader_lag", {"service": "shelves", "reader": "idle"})


def test_an_instance_that_stands_by_has_no_trouble_with_readers_that_another_runs() -> None:
    lease, reader = Wavering(), Failing()
    with running(lease, reader) as (runner, metrics):
        wait_until(lambda: "idle" in runner.troubles, 10, "the trouble")
        wait_until(lambda: lag_of(metrics) is not None, 10, "a lag")
        lease.mine = False
        wait_until(lambda: not runner.troubles, 10, "the trouble to be forgotten")
        assert lag_of(metrics) is None  # the holder of the lease measures the lag now


def test_the_lag_is_measured_also_while_a_reader_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "MEASURE_SECONDS", 0.0)
    reader = Failing()
    with running(Held(), reader) as (_, metrics):
        wait_until(lambda: lag_of(metrics) == 5000, 10, "the lag")
        reader.behind = 7000
        wait_until(lambda: lag_of(metrics) == 7000, 20, "the grown lag")


def test_an_instance_without_the_lease_steps_no_reader() -> None:
    lease, reader = Wavering(), Idle()
    lease.mine = False
    with running(lease, reader):
        assert not reader.stepped.wait(0.5)
        lease.mine = True
        assert reader.stepped.wait(60)


class Counted:
    """A request to stop that comes after so many waits; notes how long each wait would take."""

    def __init__(self, waits: int) -> None:
        self.left = waits
        self.waited: list[float] = []

    def is_set(self) -> bool:
        return len(self.waited) >= self.left

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        return self.is_set()


def test_a_reader_that_fails_is_stepped_again_after_pauses_that_grow_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pause.random, "uniform", lambda _low, high: high)
    reader, stop = Failing(), Counted(12)
    Runner("shelves", Held(), [reader]).run(reader, stop)  # type: ignore[arg-type]
    assert stop.waited[:4] == pytest.approx([0.05, 0.1, 0.2, 0.4])
    assert stop.waited[-2:] == [runners.LONGEST_PAUSE, runners.LONGEST_PAUSE]
