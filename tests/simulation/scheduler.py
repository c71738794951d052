"""The scheduler of a simulation: tasks are greenlets, time is a number, and every I/O gives the turn to another task.

The kernel's modules see ``SimulatedTime``, ``SimulatedThreading`` and ``SimulatedRandom`` in place of the modules
``time``, ``threading`` and ``random`` (``patching.py``). Time passes only when no task can run, or when a choice lets
a timer go first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

from greenlet import greenlet

from tests.simulation.choices import Choices

CHOSEN_FROM = 6
"""A choice is among at most so many tasks, those that have waited longest."""


class Killed(BaseException):
    """The process of this task was killed: nothing after this point happens."""


class TooLong(Exception):
    """The simulation took more steps than allowed: a loop without progress."""


class Task:
    """One thread of one simulated process. ``wake`` is the time at which the task runs without being woken."""

    __slots__ = ("dead", "error", "glet", "name", "process", "ready", "wake", "woken")

    def __init__(self, name: str, process: Any) -> None:
        self.name = name
        self.process = process
        self.ready = True
        self.woken = False
        self.wake = 0.0
        self.dead = False
        self.error: BaseException | None = None
        self.glet: greenlet

    def __repr__(self) -> str:
        return f"<{self.name} of {self.process}>"


class Scheduler:
    """Runs the tasks of one simulation. ``now`` is machine time in seconds; ``paused`` the number of
    paused processes.
    """

    current: Scheduler

    def __init__(self, choices: Choices) -> None:
        self.now = 1000.0
        self.steps = 0
        self.paused = 0
        self.choices = choices
        self.trace: list[str] | None = None
        self.running: Task | None = None
        self._tasks: list[Task] = []
        self._ready: list[Task] = []
        self._timers: list[tuple[float, int, Task]] = []
        self._sequence = 0
        self._doomed: list[Any] = []
        self._main = greenlet.getcurrent()
        Scheduler.current = self

    def spawn(self, name: str, process: Any, work: Callable[[], None]) -> Task:
        """Start a task; the task runs when the scheduler gives it a turn."""
        task = Task(name, process)

        def body() -> None:
            try:
                work()
            except Killed:
                pass
            except BaseException as error:  # noqa: BLE001 - reported by ``run``
                task.error = error
            task.dead = True

        task.glet = greenlet(body, parent=self._main)
        self._tasks.append(task)
        self._ready.append(task)
        return task

    def kill(self, process: Any) -> None:
        """End all tasks of a process at the points where they stand. Raises ``Killed`` in a task of this process."""
        self._doomed.append(process)
        if self.running is None:
            self._bury()
        elif self.running.process is process:
            raise Killed

    def _bury(self) -> None:
        """End the tasks of the killed processes. Only the main greenlet may do so, because a greenlet that ends gives
        the turn to its parent.
        """
        for process in self._doomed:
            for task in [task for task in self._tasks if task.process is process and not task.dead]:
                task.dead = True
                if task.glet:  # a task that never ran has no stack to unwind
                    self.running = task
                    task.glet.throw(Killed)
                    self.running = None
        self._doomed.clear()
        self._tasks = [task for task in self._tasks if not task.dead]
        self._ready = [task for task in self._ready if not task.dead]

    def close(self) -> None:
        """End all tasks. A greenlet that is only forgotten would end at any later moment."""
        self._doomed += {id(task.process): task.process for task in self._tasks}.values()
        self._bury()
        self._timers.clear()

    def yield_turn(self) -> None:
        """Let the scheduler choose the next task; this task stays ready."""
        task = self.running
        if task is None:  # outside of tasks: preparation and judgement run to their end
            return
        self._ready.append(task)
        self._main.switch()
        if task.dead:
            raise Killed

    def wait(self, seconds: float | None) -> bool:
        """Sleep until ``wake`` is called for this task, or the time has passed. Returns whether it was woken."""
        task = self.running
        if task is None:
            raise RuntimeError("only a task can wait")
        task.ready = task.woken = False
        task.wake = self.now + seconds if seconds is not None else float("inf")
        if seconds is not None:
            self._sequence += 1
            heapq.heappush(self._timers, (task.wake, self._sequence, task))
        self._main.switch()
        if task.dead:
            raise Killed
        return task.woken

    def wake(self, task: Task) -> None:
        """Make a waiting task ready."""
        if not task.ready and not task.dead:
            task.ready = task.woken = True
            self._ready.append(task)

    def run(self, until: Callable[[], bool], *, seconds: float, steps: int = 20_000) -> bool:
        """Give turns until ``until`` is true, at most ``seconds`` of simulated time. Returns whether it became true.

        Raises an error that a task ended with, and ``TooLong`` after ``steps`` turns.
        """
        deadline = self.now + seconds
        budget = self.steps + steps
        while not until():
            if self.steps >= budget:
                raise TooLong(f"a loop without progress: {steps} steps in {seconds} s")
            task = self._next(deadline)
            if task is None:
                return False
            self.steps += 1
            self.running = task
            task.glet.switch()
            self.running = None
            if self._doomed:
                self._bury()
            if task.error is not None:
                raise task.error
        return True

    def _next(self, deadline: float) -> Task | None:
        """The task that runs next. Time moves to the next timer if no task is ready."""
        while True:
            ready = self._ready
            runnable = [task for task in ready if not task.process.paused] if self.paused and ready else ready
            if runnable:
                place = self.choices.pick(min(len(runnable), CHOSEN_FROM))
                if runnable is ready:
                    return ready.pop(place)
                ready.remove(runnable[place])
                return runnable[place]
            if not self._timers or self._timers[0][0] > deadline:
                self.now = max(self.now, deadline)
                return None
            at, _, task = heapq.heappop(self._timers)
            if not task.dead and not task.ready and task.wake == at:
                self.now = max(self.now, at)
                task.ready = True
                self._ready.append(task)


class SimulatedTime:
    """Stands in for the module ``time``."""

    @staticmethod
    def monotonic() -> float:
        return Scheduler.current.now

    perf_counter = monotonic

    @staticmethod
    def time() -> float:
        return 1_790_000_000.0 + Scheduler.current.now

    @staticmethod
    def time_ns() -> int:
        return int(SimulatedTime.time() * 1_000_000_000)

    @staticmethod
    def sleep(seconds: float) -> None:
        scheduler = Scheduler.current
        if scheduler.running is not None:
            scheduler.wait(seconds)


class SimulatedRandom:
    """Stands in for the module ``random``: jitter is the middle of its range; the scheduler varies the order."""

    @staticmethod
    def uniform(low: float, high: float) -> float:
        return (low + high) / 2

    @staticmethod
    def random() -> float:
        return 0.5


class Lock:
    """A lock between tasks. Outside of tasks the lock is always free."""

    __slots__ = ("_holder", "_waiting")

    def __init__(self) -> None:
        self._holder: Any = None
        self._waiting: list[Task] = []

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        scheduler = Scheduler.current
        if self._holder is None:
            self._holder = scheduler.running or self
            return True
        deadline = None if timeout < 0 else scheduler.now + timeout
        while self._holder is not None:
            if not blocking or scheduler.running is None:
                return False
            left = None if deadline is None else deadline - scheduler.now
            if left is not None and left <= 0:
                return False
            task = scheduler.running
            self._waiting.append(task)
            try:
                scheduler.wait(left)
            finally:
                if task in self._waiting:
                    self._waiting.remove(task)
        self._holder = scheduler.running or self
        return True

    def release(self) -> None:
        if self._holder is None:
            raise RuntimeError("released a lock that nobody holds")
        self._holder = None
        if self._waiting:
            Scheduler.current.wake(self._waiting.pop(0))

    def locked(self) -> bool:
        return self._holder is not None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class Condition:
    """A condition between tasks."""

    def __init__(self, lock: Lock | None = None) -> None:
        self._lock = lock or Lock()
        self._waiting: list[Task] = []

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        scheduler = Scheduler.current
        task = scheduler.running
        if task is None:
            return False
        self._waiting.append(task)
        self._lock.release()
        try:
            woken = scheduler.wait(timeout)
        finally:
            if task in self._waiting:
                self._waiting.remove(task)
            if not task.dead:
                self._lock.acquire()
        return woken

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        deadline = None if timeout is None else Scheduler.current.now + timeout
        while not predicate():
            left = None if deadline is None else deadline - Scheduler.current.now
            if left is not None and left <= 0:
                return predicate()
            self.wait(left)
        return True

    def notify(self, n: int = 1) -> None:
        for task in self._waiting[:n]:
            self._waiting.remove(task)
            Scheduler.current.wake(task)

    def notify_all(self) -> None:
        self.notify(len(self._waiting))


class Event:
    """An event between tasks, as ``threading.Event``."""

    def __init__(self) -> None:
        self._set = False
        self._waiting: list[Task] = []

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            Scheduler.current.wake(task)

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        scheduler = Scheduler.current
        if self._set or scheduler.running is None:
            return self._set
        self._waiting.append(scheduler.running)
        scheduler.wait(timeout)
        if scheduler.running in self._waiting:
            self._waiting.remove(scheduler.running)
        return self._set


class Semaphore:
    """A counted lock between tasks."""

    def __init__(self, value: int = 1) -> None:
        self._free = value
        self._changed = Condition()

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        with self._changed:
            while self._free <= 0:
                if not blocking or not self._changed.wait(timeout):
                    return False
            self._free -= 1
            return True

    def release(self) -> None:
        with self._changed:
            self._free += 1
            self._changed.notify()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class SimulatedThreading:
    """Stands in for the module ``threading``."""

    Lock = Lock
    RLock = Lock
    Condition = Condition
    Event = Event
    Semaphore = Semaphore
    BoundedSemaphore = Semaphore
