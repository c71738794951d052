"""The stage of this room's API tests."""

from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.base.mongo import connect
from tests.unit.events.stage import BLITAR, KEDIRI, Stage


@pytest.fixture
def stage(mongodb_uri: str, database: Database[dict[str, Any]]) -> Stage:
    stage = Stage(connect(mongodb_uri)[database.name])
    stage.open_regions(KEDIRI, BLITAR)
    return stage
