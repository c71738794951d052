"""The fixture of this folder; see ``stack.py``."""

import pytest

pytest.register_assert_rewrite("tests.e2e.stack")

from tests.e2e.stack import running  # noqa: E402 - pytest must rewrite its assertions first

__all__ = ["running"]
