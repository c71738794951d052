"""A community that lives elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.kernel.base.local_time import zone

SUMMER_TIME = "America/New_York"
"""Its clocks go forward on 8 March 2026 at 02:00 and back on 1 November 2026 at 02:00."""


@contextmanager
def living_in(name: str) -> Iterator[None]:
    """The community's time zone is another while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JEJARING_TIME_ZONE", name)
        zone.cache_clear()
        try:
            yield
        finally:
            zone.cache_clear()
