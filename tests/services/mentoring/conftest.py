import pytest

from tests.services.mentoring.harness import MentoringHarness
from tests.support.sample_community import BLITAR, KEDIRI, TRENGGALEK
from tests.support.service_databases import ServiceDatabases


@pytest.fixture
def harness(service_databases: ServiceDatabases) -> MentoringHarness:
    harness = service_databases.harness(MentoringHarness)
    harness.open_regions(KEDIRI, BLITAR, TRENGGALEK)
    return harness
