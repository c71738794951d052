"""The fixtures that every room of the tests shares; see the modules named here."""

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.servers"]

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

LONGEST = "test_story.py"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin the longest tests at once, each on a worker of its own: begun last, they would be waited for by all others.

    Workers are dealt equal parts of the list, one behind the other, and take over from each other what is left in the end.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    longest = [item for item in items if item.path.name == LONGEST]
    if workers < 2 or len(longest) == len(items):
        return
    others = [item for item in items if item not in longest]
    for number, item in reversed(list(enumerate(longest))):
        others.insert(_between_files(others, number % workers * len(others) // workers), item)
    items[:] = others


def _between_files(items: list[pytest.Item], place: int) -> int:
    """The first place at or behind this one where no module's fixtures are torn apart."""
    while 0 < place < len(items) and items[place].path == items[place - 1].path:
        place += 1
    return place
