"""What the tests of this room share; see the module."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.e2e.stack")

from tests.e2e.stack import house  # noqa: E402 - its assertions are to speak

__all__ = ["house"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.whole_stack)
