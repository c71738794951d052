"""Measures which lines and branches of the product the tests reach, in the test's process and in services under test.

`make test` names a folder in the variable ``TEST_COVERAGE``. Each process that starts with the variable writes one file there when the
process ends; `tests/support/coverage_floors.py` reads the files. A process that is killed leaves no file. slipcover plants a probe in
each line when a module is imported, and the interpreter does not trace: the tests take a fifth longer, not twice as long.
"""

import atexit
import json
import os
import signal
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "TEST_COVERAGE"
CHILD_START = ROOT / "tests/support/child_start"
"""The folder of the module ``sitecustomize``."""
ROOMS = ("services", "gateway", "deploy")
EXCLUDED = ("if TYPE_CHECKING:", r"assert_never\(", r"^\s*\.\.\.$")
"""Lines that no test can reach; the last is the body of a protocol's method."""


def slipcover_of(source: list[str] | None = None) -> Any:
    """A Slipcover that plants probes. With ``source`` its report also lists modules of these folders that nobody imported."""
    import slipcover

    # immediate: a probe reports once and stays. Otherwise slipcover walks the frames of all threads to take probes out.
    return slipcover.Slipcover(branch=True, immediate=True, source=source, exclude_also=list(EXCLUDED))


def child_environment() -> dict[str, str]:
    """The variables with which a child process measures itself; none where nothing is measured."""
    folder = os.environ.get(VARIABLE)
    return {VARIABLE: folder, "PYTHONPATH": f"{CHILD_START}:{ROOT}"} if folder else {}


def start() -> None:
    """Plant probes in modules that are imported from now on, if the variable names a folder."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        return
    import slipcover

    probes = slipcover_of()
    slipcover.ImportManager(probes, slipcover.FileMatcher(sources=[str(ROOT / room) for room in ROOMS])).__enter__()
    target = Path(folder) / f"{os.getpid()}.json"
    process = os.getpid()

    def save() -> None:
        if os.getpid() == process and target.parent.is_dir():
            part = target.with_suffix(".part")
            part.write_text(json.dumps(probes.get_coverage()), "utf-8")
            part.rename(target)

    def save_and_die(number: int, _frame: FrameType | None) -> None:
        save()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    atexit.register(save)
    if "PYTEST_XDIST_WORKER" not in os.environ and "PYTEST_VERSION" not in os.environ:
        signal.signal(signal.SIGTERM, save_and_die)  # the gateway ends by the signal, and no exit function runs
