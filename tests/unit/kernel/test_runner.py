import threading

from services.kernel.base.bell import Bell
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
