"""How long it takes to turn a page of 100 stored documents into an answer: processor time, without the database."""

import time
import timeit
from collections.abc import Callable
from typing import Any

from services.events.api import polls, venues
from services.events.views.polls import POLLS
from services.events.views.venues import VENUES
from services.kernel.declare.policy import Actor
from services.kernel.declare.shapes import paged
from services.kernel.declare.view import Page, View
from services.kernel.http.api import _body

ROWS = 100
ACTOR = Actor("person", "u1")
TIMES = {"starts": "2026-03-09T01:00:00Z", "ends": "2026-03-09T02:00:00Z"}
POLL = {
    "title": "When",
    "region": "kota-kediri",
    "options": [TIMES] * 4,
    "closes": "2026-03-09T01:00:00Z",
    "quorum": 3,
    "state": "open",
    "votes": {f"u{n}": [1, 2] for n in range(12)},
    "agreed": {"option": 1, **TIMES, "votes": 3, "voters": 4},
}
VENUE = {
    "name": "Kopi Kita",
    "kind": "cafe",
    "region": "kota-kediri",
    "subdistrict": "mojoroto",
    "capacity": 30,
    "power": True,
    "projector": None,
    "signal": None,
    "library": None,
    "requests": {f"a{n}": "asked" for n in range(5)},
    "by": {},
}


def milliseconds(view: View[Any], document: dict[str, Any], shown: Callable[[Any], Any]) -> float:
    """The best of many: of one page, read, shown and written as JSON."""
    stored = [{"_id": f"one-{n}", **document, "version": 3, "_at": {"commits": n}} for n in range(ROWS)]

    def answer() -> str:
        return _body(paged(Page([view.read(each) for each in stored], None), shown))

    return min(timeit.repeat(answer, number=20, repeat=40, timer=time.process_time)) / 20 * 1000


if __name__ == "__main__":
    nothing: Any = None
    print(f"{ROWS} polls   {milliseconds(POLLS, POLL, lambda row: polls.poll_shown(ACTOR, row)):.2f} ms")
    print(f"{ROWS} venues  {milliseconds(VENUES, VENUE, lambda row: venues.venue_shown(nothing, ACTOR, row)):.2f} ms")
