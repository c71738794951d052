"""Resident memory of each process, as the kernel counts it."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.stack import Stack


def resident(stack: Stack, when: str) -> None:
    """Print the resident set of services, database and broker."""
    assert stack.services is not None
    pids = {
        "services, three in one process": stack.services.pid(stack.process),
        "database": stack.database.pid,
        "broker": stack.broker.pid,
    }
    for name, pid in pids.items():
        stack.say(f"memory, {name}, {when}", f"{_megabytes(pid):.0f}", "MB")


def _megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
