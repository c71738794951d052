"""Plays the schedules of ``make test``, or runs unit tests, against a mutation in a forked process: no copy of the tree is
needed.

The child imports the services and the simulation anew, and gets the mistake in place of the mutated module's source.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from tests.mutations.plant import (
    NOT_A_BEHAVIOUR,
    QUIET,
    REPORT,
    ROOT,
    SIMULATION,
    Mutation,
    Verdict,
    failed_tests,
    promise_of,
)
from tests.simulation.schedules import FIRST_SEED, SCHEDULES, drawn_cast

PROCESSOR_SECONDS = 900
REPLANTED = ("services", "tests.simulation", "tests.support", "tests.unit", "tests.conftest", "gateway", "deploy")


def runs_in_a_fork(mutation: Mutation) -> bool:
    """Whether all that must notice the mistake runs in one process: the simulation, and unit tests."""
    return mutation.tests[0] == SIMULATION or all(test.startswith("tests/unit/") for test in mutation.tests)


def judged_in_forks(mutations: Sequence[Mutation], jobs: int) -> Iterator[tuple[Mutation, Verdict | RuntimeError]]:
    """Judge mutations, ``jobs`` at once, and give each verdict when it is known. The error says why there is none."""
    waiting, running = list(mutations), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            mutation = waiting.pop(0)
            running |= {_forked(lambda mutation=mutation: _first_failure(mutation)): mutation}
        (child, answer), mutation = next(iter(running.items()))
        del running[child, answer]
        yield mutation, _verdict(mutation, _answer(child, answer))


def _verdict(mutation: Mutation, found: dict[str, Any]) -> Verdict | RuntimeError:
    told = found["told"]
    if "error" in found or NOT_A_BEHAVIOUR.search(told):
        return RuntimeError(f"the mutated program does not run: {found.get('error') or told}")
    if mutation.tests[0] != SIMULATION:
        return Verdict(found["by"] if told else "", found["seconds"])
    if told and _answer(*_forked(lambda: {"told": _story([found["seed"]])[1]})).get("told", "?"):
        return RuntimeError(f"without the mistake seed {found['seed']} fails too")
    by = f"seed {found['seed']} of {mutation.tests[1]}: {promise_of(told)}" if told else ""
    return Verdict(by, found["seconds"])


def _first_failure(mutation: Mutation) -> dict[str, Any]:
    _plant(mutation)
    if mutation.tests[0] != SIMULATION:
        return _first_failed_test(mutation)
    seeds = [seed for seed in range(FIRST_SEED, FIRST_SEED + SCHEDULES) if drawn_cast(seed).name == mutation.tests[1]]
    begun = time.process_time()
    seed, told = _story(seeds)
    return {"seed": seed, "told": told, "seconds": time.process_time() - begun}


def _first_failed_test(mutation: Mutation) -> dict[str, Any]:
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / REPORT
        with (Path(folder) / "output").open("w") as output, redirect_stdout(output), redirect_stderr(output):
            status = pytest.main([*QUIET, f"--junitxml={report}", *mutation.tests])
        failures = failed_tests(report)
    if bool(failures) != (status == pytest.ExitCode.TESTS_FAILED) or status not in (0, 1):
        raise RuntimeError(f"the tests did not run: {status!r}")
    by, why = next(((by, why) for by, why in failures if not NOT_A_BEHAVIOUR.search(why)), ("", ""))
    if failures and not by:
        raise RuntimeError(failures[0][1])
    return {"by": by, "told": why or by, "seconds": time.process_time() - begun}


def _plant(mutation: Mutation) -> None:
    """Forget all modules of the program, and let the import of the mutated module find the mistake."""
    path, source = str(ROOT / mutation.file), mutation.planted(ROOT)
    as_it_is = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str) -> Any:
        return compile(source, path, "exec", dont_inherit=True) if loader.path == path else as_it_is(loader, name)

    for name in [name for name in sys.modules if name.startswith(REPLANTED)]:
        del sys.modules[name]
    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def _story(seeds: Sequence[int]) -> tuple[int, str]:
    """The first of these schedules that breaks a promise, and what it breaks; ``(0, "")`` if none does."""
    campaign: Any = importlib.import_module("tests.simulation.campaign")  # a forked child has forgotten the module
    failures = campaign.run(seeds, shrinking=0).failures
    seed, told = next(iter(failures.items()), (0, ""))
    return seed, told.partition(": ")[2]


def _forked(work: Callable[[], dict[str, Any]]) -> tuple[int, int]:
    """Begin work in a child process; returns its id and the pipe on which it answers."""
    answer, end = os.pipe()
    if child := os.fork():
        os.close(end)
        return child, answer
    signal.setitimer(signal.ITIMER_VIRTUAL, PROCESSOR_SECONDS)
    try:
        found = work()
    except BaseException:  # noqa: BLE001 - the child ends here, whatever happened
        found = {"told": "", "error": traceback.format_exc()}
    with os.fdopen(end, "w", encoding="utf-8") as pipe:
        json.dump(found, pipe)
    os._exit(0)


def _answer(child: int, answer: int) -> dict[str, Any]:
    with os.fdopen(answer, encoding="utf-8") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    found: dict[str, Any] = json.loads(told) if told else {"told": "", "error": "it was ended by a signal"}
    return found
