from collections.abc import Callable
from functools import partial

import pytest

from tests.services.members.harness import MembersHarness
from tests.support.service_databases import ServiceDatabases


@pytest.fixture
def new_harness(service_databases: ServiceDatabases) -> Callable[..., MembersHarness]:
    """A members service in which nothing has happened; each further one ends the use of the one before."""
    return partial(service_databases.harness, MembersHarness)


@pytest.fixture
def harness(new_harness: Callable[..., MembersHarness]) -> MembersHarness:
    """A members service with one open region."""
    harness = new_harness()
    harness.open_region()
    return harness
