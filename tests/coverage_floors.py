"""Judges the coverage that `make coverage` measured: each room has a floor, in percent of lines and branches together.

    .venv/bin/python -m tests.coverage_floors

Prints a table and exits with 1 when a room is under its floor. A floor is what was measured, rounded down: it rises with the room.
"""

import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import coverage

ROOT = Path(__file__).resolve().parents[1]
FLOORS: Mapping[str, int] = {
    "services/kernel": 90,
    "services/*/domain": 95,
    "services/*/api": 90,
    "services/*/views": 90,
    "services/*/processes": 90,
    "services/notifications/sending": 90,
    "services/notifications/webhooks": 90,
    "services/members/importing": 90,
    "services/members/identity": 90,
    "gateway": 90,
    "deploy": 60,
}
"""Room → percent. A file counts for the first room that it lies in; `services/*` stands for each service by itself."""


def room_of(path: str) -> str | None:
    """The room that a file counts for: ``services/members/api``; None for a file in no room, such as a service's wiring."""
    for room in FLOORS:
        if found := re.match(room.replace("*", "[a-z]+") + "(?=/)", path):
            return found[0]
    return None


def floor_of(room: str) -> int:
    """The floor of a room that ``room_of`` named."""
    return next(floor for pattern, floor in FLOORS.items() if re.fullmatch(pattern.replace("*", "[a-z]+"), room))


def measured(report: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Each room with its percentage, from coverage's JSON report."""
    covered: dict[str, int] = defaultdict(int)
    there: dict[str, int] = defaultdict(int)
    for path, file in report["files"].items():
        if (room := room_of(path)) is not None:
            summary = file["summary"]
            covered[room] += summary["covered_lines"] + summary["covered_branches"]
            there[room] += summary["num_statements"] + summary["num_branches"]
    for room in sorted(there):
        yield room, 100 * covered[room] / there[room] if there[room] else 100.0


def main() -> int:
    """Combine what the processes measured, print the table, and answer the exit code."""
    data = coverage.Coverage(config_file=str(ROOT / "pyproject.toml"))
    data.combine(keep=True)
    target = ROOT / "var/coverage/report.json"
    data.json_report(outfile=str(target), ignore_errors=True)
    lines, low = io.StringIO(), 0
    for room, percent in measured(json.loads(target.read_text("utf-8"))):
        floor = floor_of(room)
        under = percent < floor
        low += under
        lines.write(f"{percent:6.1f} %  {room} (floor {floor}){'  UNDER ITS FLOOR' if under else ''}\n")
    sys.stdout.write(lines.getvalue())
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
