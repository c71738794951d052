"""What every room of the tests shares: the servers' fixtures, how tests are dealt to workers, and how long a wait may take."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.servers"]

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# A deadline in a test is there to end what hangs. A busy machine is slow; four times as long is long enough for one.
os.environ.setdefault("JEJARING_WAIT_FACTOR", "4")

WHOLE_STACK = (
    "tests/faults/test_story.py",
    "tests/faults/test_services.py",
    "tests/e2e/",
    "tests/integration/test_local.py",
)
"""Modules that run all services and the gateway, the longest first. They run one at a time, on one worker: a stack is five
processes and the servers behind them, and two stacks would wait for the processors, not for each other.
"""
LONG = ("tests/faults/", "tests/integration/")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker a processor, and one more: many tests wait for servers of their own."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal out whole modules, because their fixtures belong together, and all tests of whole stacks as one."""
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "whole stacks" if nodeid.startswith(WHOLE_STACK) else nodeid.partition("::")[0]

    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the stacks, then the modules whose tests take long; short ones fill the gaps at the end."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    ordered = (*WHOLE_STACK, *LONG)
    return next((number for number, path in enumerate(ordered) if item.nodeid.startswith(path)), len(ordered))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name each test that took more than a quarter of its time limit: on a quiet machine none does."""
    limit = float(config.getini("timeout"))
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") in ("setup", "call"):
                own = next((value for name, value in report.user_properties if name == "time limit"), limit)
                if report.duration > own / 4:
                    terminalreporter.line(f"{report.duration:.0f} of {own:.0f} s: {report.nodeid}")


@pytest.fixture(autouse=True)
def _known_time_limit(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    mark = request.node.get_closest_marker("timeout")
    if mark is not None:
        record_property("time limit", float(mark.args[0]))
