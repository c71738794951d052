"""What others need to know of an activity is in its fact. ``tests/contract`` judges every event and every fact."""

from datetime import datetime
from typing import Any

from services.events.contract import tell
from tests.unit.events.sample_events import published, recorded
from tests.unit.events.sample_times import START


def test_a_published_activity_says_all_that_others_need() -> None:
    draft = tell(recorded("gathering-a", published()))
    assert draft is not None
    expected: dict[str, Any] = {
        "activity": "a",
        "kind": "gathering",
        "topic": "topic-1",
        "title": "Barcodes",
        "capacity": 12,
        "starts": "2026-03-09T01:00:00Z",
        "ends": "2026-03-09T03:00:00Z",
        "past": False,
        "units": [],
        "levels": [],
        "open": False,
        "venue": {"id": "venue-1", "name": "Kopi Kita", "kind": "cafe", "subdistrict": "mojoroto"},
        "rules": {"version": 1, "speakers": "board"},
    }
    assert draft.data == expected
    assert datetime.fromisoformat(expected["starts"]) == START
