"""What every room of the tests shares: the servers' fixtures, how tests are dealt to workers, and how long a wait may take."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import coverage_probes

coverage_probes.start()  # before the fixtures' modules import the product

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
COVERAGE = pytest.StashKey[list[str]]()
ALONE = "tests/simulation/test_schedules.py"
"""A module without fixtures, whose tests are dealt out one by one."""
LONG = ("tests/simulation/", "tests/faults/", "tests/integration/")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker a processor, and one more: many tests wait for servers of their own."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal out whole modules, because their fixtures belong together, and all tests of whole stacks as one."""
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith(ALONE):
                return nodeid
            return "whole stacks" if nodeid.startswith(WHOLE_STACK) else nodeid.partition("::")[0]

    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the stacks, then the modules whose tests take long; short ones fill the gaps at the end."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    ordered = (*WHOLE_STACK, *LONG)
    return next((number for number, path in enumerate(ordered) if item.nodeid.startswith(path)), len(ordered))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run in which a room is under its floor. A run of some tests, or one that was ended early, is not judged."""
    if (folder := os.environ.get(coverage_probes.VARIABLE)) is None or not _whole(session):
        return
    from tests.support import coverage_floors

    lines, enough = coverage_floors.judged(coverage_floors.measured(Path(folder)))
    session.config.stash[COVERAGE] = lines
    if not enough and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _whole(session: pytest.Session) -> bool:
    """Whether all tests were asked for and run, in the process that the workers report to."""
    config = session.config
    reporter = config.pluginmanager.getplugin("terminalreporter")
    return (
        not hasattr(config, "workerinput")
        and config.args_source is pytest.Config.ArgsSource.TESTPATHS
        and not config.option.collectonly
        and not session.shouldstop
        and not session.shouldfail
        and not reporter.stats.get("deselected")
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the coverage, and name each test that took more than a quarter of its time limit: on a quiet machine none does."""
    if lines := config.stash.get(COVERAGE, []):
        terminalreporter.section("coverage of each room, in percent of lines and branches")
        for line in lines:
            terminalreporter.line(line, red="UNDER" in line)
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
