"""Plants one mutation in a copy of the tree and runs the tests that must notice it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 900
SIMULATION = "simulation"
REPORT = "mutation-report.xml"
QUIET = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider")
WAS_REAL = "an earlier release made this mistake"
Row = tuple[str, ...]
NOT_A_BEHAVIOUR = re.compile(
    r"\b(ImportError|ModuleNotFoundError|SyntaxError|IndentationError|NameError|UnboundLocalError|AttributeError|TypeError)\b"
)
"""Errors of a program that does not run at all. A test that only meets these has not noticed the broken promise."""


@dataclass(frozen=True)
class Mutation:
    """A mistake: in ``file`` the text ``old``, which stands there once, becomes ``new``.

    ``room`` is the part of the system, ``promise`` what breaks. ``tests`` are pytest's arguments that must fail, or
    ``simulation`` and the name of a cast. ``was_real``: an earlier release made this mistake.
    """

    room: str
    promise: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    was_real: bool = False

    def planted(self, root: Path) -> str:
        """The file's text with the mistake. Raises ``LookupError`` if ``old`` does not stand there exactly once."""
        text = (root / self.file).read_text("utf-8")
        if (count := text.count(self.old)) != 1:
            raise LookupError(f"{self.file} has {count} times: {self.old}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Verdict:
    """``by`` names the test that failed, or the seed and the promise that a schedule broke; "" for a mutation that
    survived.
    """

    by: str
    seconds: float

    @property
    def killed(self) -> bool:
        return bool(self.by)


def copied(target: Path) -> Path:
    """A copy of all files that git knows, in ``target``."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def judged(mutation: Mutation) -> Verdict:
    """Run the tests of a mutation in a copy of the tree that has the mistake (``played`` plays schedules).

    Raises ``RuntimeError`` if the tests cannot run, or if they fail only because the mutated program does not run.
    """
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        root = copied(Path(name))
        (root / mutation.file).write_text(mutation.planted(root), "utf-8")
        begun = time.monotonic()
        done = subprocess.run(
            command(mutation.tests), cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONPATH": str(root)},
        )  # fmt: skip
        output = done.stdout + done.stderr
        report = root / REPORT
        failures = failed_tests(report)
        seconds = time.monotonic() - begun
    if done.returncode not in (0, 1) or bool(failures) != bool(done.returncode):
        raise RuntimeError(f"{mutation.promise}: the tests did not run:\n{output[-3000:]}")
    noticed = [by for by, why in failures if not NOT_A_BEHAVIOUR.search(why)]
    if failures and not noticed:
        raise RuntimeError(f"{mutation.promise}: the mutated program does not run:\n{failures[0][1][-3000:]}")
    return Verdict(noticed[0] if noticed else "", seconds)


def command(tests: Sequence[str]) -> list[str]:
    """The command that must fail."""
    return [sys.executable, "-m", "pytest", *QUIET, f"--junitxml={REPORT}", *tests]


def failed_tests(report: Path) -> list[tuple[str, str]]:
    """The tests that failed by an assertion or an error of their own, with the error; none that could not begin."""
    if not report.is_file():
        return []
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return [
        (f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}", failure.get("message", ""))
        for case in cases
        for failure in case.findall("failure")
    ]


def promise_of(told: str) -> str:
    """The broken promise without the values of this schedule."""
    return re.sub(r"\(.*", "", told.partition(":")[0].partition("\n")[0]).strip()


def mistakes(room: str, file: str, *rows: Row) -> tuple[Mutation, ...]:
    """The mutations of one file: rows of promise, old text, new text, and what must notice the mistake: the simulation's
    cast as ``"cast departure"``, or pytest's arguments. ``WAS_REAL`` may follow.
    """
    return tuple(
        Mutation(room, promise, file, old, new, _tests(noticed_by), WAS_REAL in marks)
        for promise, old, new, noticed_by, *marks in rows
    )


def _tests(noticed_by: str) -> tuple[str, ...]:
    words = noticed_by.split()
    return (SIMULATION, words[1]) if words[0] == "cast" else tuple(words)
