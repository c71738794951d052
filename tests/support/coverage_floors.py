"""The coverage of each room against its floor, in percent of lines and branches together.

`make test` prints one line a room and fails when a room is under its floor. A floor is what was measured, rounded down: it rises with
the room. What a room's tests miss, after `make test`:

    .venv/bin/python -m tests.support.coverage_floors services/events/api
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.coverage_probes import ROOMS, ROOT, slipcover_of

FOLDER = ROOT / "var/coverage"
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
        under = percent < floor_of(room)
        enough = enough and not under
        lines.append(f"{percent:6.1f} %  {room} (floor {floor_of(room)}){'  UNDER ITS FLOOR' if under else ''}")
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
