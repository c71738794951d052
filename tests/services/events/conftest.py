import pytest

from tests.services.events.harness import EventsHarness
from tests.support.sample_community import BLITAR, KEDIRI
from tests.support.service_databases import ServiceDatabases


@pytest.fixture
def harness(service_databases: ServiceDatabases) -> EventsHarness:
    harness = service_databases.harness(EventsHarness)
    harness.open_regions(KEDIRI, BLITAR)
    return harness
