"""Each room has a floor, and a room under its floor fails a whole run."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.coverage_floors import FLOORS, judged, percentages, room_of
from tests.unit.house.tree import tracked


def file(executed: int, missing: int, branches: int = 0, missing_branches: int = 0) -> Mapping[str, Any]:
    return {
        "executed_lines": list(range(executed)),
        "missing_lines": list(range(missing)),
        "executed_branches": [[n, n + 1] for n in range(branches)],
        "missing_branches": [[n, 0] for n in range(missing_branches)],
    }


def test_a_room_under_its_floor_is_named_and_fails_the_run() -> None:
    floor = FLOORS["gateway/edge"]
    lines, enough = judged({"gateway/edge/app.py": file(floor, 100 - floor)})
    assert (lines, enough) == ([f"{floor:6.1f} %  gateway/edge (floor {floor})"], True)
    lines, enough = judged({"gateway/edge/app.py": file(10 * floor - 1, 1001 - 10 * floor)})
    assert not enough
    assert lines[0].startswith(f"{floor - 0.1:6.1f} %")
    assert lines[0].endswith(f"gateway/edge (floor {floor})  UNDER ITS FLOOR")


def test_a_room_is_judged_by_all_of_its_files_with_lines_and_branches_together() -> None:
    files = {
        "services/events/api/a.py": file(6, 2, branches=1, missing_branches=1),
        "services/events/api/deeper/b.py": file(0, 10),
        "services/events/views/c.py": file(1, 0),
        "services/events/service.py": file(0, 9),
    }
    assert list(percentages(files)) == [("services/events/api", 35.0), ("services/events/views", 100.0)]


@pytest.mark.parametrize("room", ["domain", "api", "views", "processes"])
def test_the_rooms_of_a_service_have_floors_of_at_least_ninety_percent(room: str) -> None:
    for service in ("members", "events", "mentoring", "notifications"):
        assert room_of(f"services/{service}/{room}/x.py") == f"services/{service}/{room}"
        assert FLOORS[f"services/{service}/{room}"] >= 90


def test_every_floor_belongs_to_a_room_with_modules() -> None:
    assert {room_of(path) for path in tracked() if path.endswith(".py")} - {None} == FLOORS.keys()


def test_every_folder_with_modules_in_a_service_has_a_floor() -> None:
    modules = [path for path in tracked() if path.endswith(".py") and not path.endswith("__init__.py")]
    folders = {path.rpartition("/")[0] for path in modules if path.startswith("services/") and path.count("/") >= 3}
    assert {folder for folder in folders if room_of(f"{folder}/x.py") is None} == set()
