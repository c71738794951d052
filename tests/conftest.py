"""What every room of the tests shares: the servers' fixtures, how tests are dealt to workers, and how long a wait may take."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.servers"]

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# A deadline in a test is there to end what hangs. A busy machine is slow; four times as long is long enough for one.
os.environ.setdefault("JEJARING_WAIT_FACTOR", "4")

HERE = Path(__file__).parent
FIRST = ("e2e", "faults", "integration")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker a processor, and one more: many tests wait for servers of their own."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal out whole modules, and all tests of whole stacks to one worker, where they run one at a time and first.

    A stack is five processes and the servers behind them: two stacks beside each other would wait for the processors and
    not for each other. A module stays together because its fixtures do.
    """
    for item in items:
        whole_stack = item.get_closest_marker("whole_stack") is not None
        item.add_marker(pytest.mark.xdist_group("whole-stack" if whole_stack else item.nodeid.partition("::")[0]))
    items.sort(key=_order)


def _order(item: pytest.Item) -> tuple[bool, bool, bool]:
    """Stacks first, their longest test before the others; then the rooms whose tests take long; unit tests fill the gaps."""
    return (
        item.get_closest_marker("whole_stack") is None,
        item.path.name != "test_story.py",
        item.path.relative_to(HERE).parts[0] not in FIRST,
    )


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
