"""Resident memory of each process, as the kernel counts it."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.stage import Stage


def resident(stage: Stage, when: str) -> None:
    """Print the resident set of services, database and broker."""
    assert stage.services is not None
    pids = {
        "services, three in one process": stage.services.pid(stage.process),
        "database": stage.database.pid,
        "broker": stage.broker.pid,
    }
    for name, pid in pids.items():
        stage.say(f"memory, {name}, {when}", f"{_megabytes(pid):.0f}", "MB")


def _megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
