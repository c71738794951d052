"""The coverage of each room against its floor, in percent of lines and branches together.

`make test` prints one line a room and fails when a room is under its floor. A floor is what was measured, rounded down: it rises with
the room. What a room's tests miss, after `make test`:

    .venv/bin/python -m tests.support.coverage_floors services/events/api
"""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.coverage_probes import ROOMS, ROOT, slipcover_of

FOLDER = ROOT / "var/coverage"
FLOORS: Mapping[str, int] = {
    "services/kernel": 93,
    "services/members/domain": 95,
    "services/members/api": 98,
    "services/members/views": 99,
    "services/members/processes": 97,
    "services/members/importing": 96,
    "services/members/identity": 95,
    "services/events/domain": 97,
    "services/events/api": 97,
    "services/events/views": 99,
    "services/events/processes": 97,
    "services/mentoring/domain": 96,
    "services/mentoring/api": 98,
    "services/mentoring/views": 96,
    "services/mentoring/processes": 97,
    "services/notifications/domain": 97,
    "services/notifications/api": 99,
    "services/notifications/views": 99,
    "services/notifications/processes": 98,
    "services/notifications/sending": 95,
    "services/notifications/webhooks": 96,
    "gateway/edge": 96,
    "gateway/api": 98,
    "gateway/composed": 96,
    "gateway/bot": 92,
    "gateway/papers": 99,
    "gateway/reports": 96,
    "gateway/web": 91,
    "gateway": 99,
    "deploy/demo": 71,
    "deploy": 89,
}
"""Room → percent, half a percent or more below what was measured: random examples and killed processes move the figure a
little. A file counts for the first room that it lies in.
"""


def room_of(path: str) -> str | None:
    """The room that a file counts for: ``services/members/api``; None for a file in no room, such as a service's wiring."""
    return next((room for room in FLOORS if path.startswith(f"{room}/")), None)


def measured(folder: Path) -> Mapping[str, Any]:
    """The report of all processes that wrote a file into a folder: path → lines and branches, as slipcover has them."""
    import slipcover

    # Modules that no process imported count too: all their lines are missing.
    report = slipcover_of([str(ROOT / room) for room in ROOMS]).get_coverage()
    for file in sorted(folder.glob("*.json")):
        slipcover.merge_coverage(report, json.loads(file.read_text("utf-8")))
    files: Mapping[str, Any] = report["files"]
    return files


def percentages(files: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Each room with its percentage."""
    covered: dict[str, int] = defaultdict(int)
    missing: dict[str, int] = defaultdict(int)
    for path, file in files.items():
        if (room := room_of(path)) is not None:
            covered[room] += len(file["executed_lines"]) + len(file["executed_branches"])
            missing[room] += len(file["missing_lines"]) + len(file["missing_branches"])
    for room in sorted(covered):
        there = covered[room] + missing[room]
        yield room, 100 * covered[room] / there if there else 100.0


def judged(files: Mapping[str, Any]) -> tuple[list[str], bool]:
    """A line a room, and whether each room reaches its floor."""
    lines, enough = [], True
    for room, percent in percentages(files):
        under = percent < FLOORS[room]
        enough = enough and not under
        shown = math.floor(10 * percent) / 10  # never rounded up to a floor that was not reached
        lines.append(f"{shown:6.1f} %  {room} (floor {FLOORS[room]}){'  UNDER ITS FLOOR' if under else ''}")
    return lines, enough


def main(rooms: list[str]) -> int:
    """Print each room's percentage, and the missing lines and branches of the named rooms. Answers the exit code."""
    files = measured(FOLDER)
    lines, enough = judged(files)
    for path, file in sorted(files.items()):
        if room_of(path) in rooms and (file["missing_lines"] or file["missing_branches"]):
            lines.append(f"{path}: lines {file['missing_lines']}, branches {file['missing_branches']}")
    sys.stdout.write("\n".join([*lines, ""]))
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
