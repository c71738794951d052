"""What the tests of this room share; see the module."""

import pytest

pytest.register_assert_rewrite("tests.e2e.stack")

from tests.e2e.stack import running  # noqa: E402 - its assertions are to speak

__all__ = ["running"]
