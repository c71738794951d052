from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness, coordinator
from tests.support.sample_community import KEDIRI, person
from tests.unit.events.sample_times import END, START, WORKSHOP_END

FIGURES = "/v1/attendance/figures"


def test_attendance_is_counted_by_region_venue_kind_and_month(harness: EventsHarness) -> None:
    gathering = harness.published()
    harness.register(gathering, "ani", "budi", "citra", "dina")
    workshop = harness.workshop(open=True, venue=harness.venue("other"))
    harness.post(ANONYMOUS, f"/v1/activities/{workshop}/registrations", {"guest": "guest-1"})
    harness.clock.advance(START - harness.clock.now())
    harness.post(RANI, f"/v1/activities/{gathering}/attendance", {"person": "dina", "state": "excused"})
    harness.post(RANI, f"/v1/activities/{gathering}/attendance", {"guest": "guest-2"})
    harness.hold(gathering, "ani", "eka")
    harness.clock.advance(WORKSHOP_END - harness.clock.now())
    harness.post(RANI, f"/v1/activities/{workshop}/attendance", {"guest": "guest-1", "session": "s1"})
    harness.post(RANI, f"/v1/activities/{workshop}/complete")
    reply = harness.get(RANI, f"{FIGURES}?region={KEDIRI}")
    common = {"region": KEDIRI, "month": "2026-03", "activities": 1}
    assert reply.body["items"] == [
        {
            **common, "venue_kind": "cafe", "kind": "gathering", "seats": 4, "present": 2, "guests": 1, "no_shows": 2,
            "excused": 1,
        },
        {
            **common, "venue_kind": "other", "kind": "workshop", "seats": 1, "present": 0, "guests": 1, "no_shows": 0,
            "excused": 0,
        },
    ]  # fmt: skip


def test_figures_are_for_planners_of_the_region_and_within_the_wanted_time(harness: EventsHarness) -> None:
    harness.hold(harness.published(), "ani")
    for stranger, status in ((ANONYMOUS, 401), (person("ani"), 403), (BIMA, 403)):
        assert harness.get(stranger, f"{FIGURES}?region={KEDIRI}").status == status
    assert harness.get(RANI, FIGURES).status == 403
    assert len(harness.get(coordinator(), FIGURES).body["items"]) == 1
    later = f"{END:%Y-%m-%dT%H:%M:%SZ}"
    assert harness.get(RANI, f"{FIGURES}?region={KEDIRI}&from={later}").body["items"] == []
    assert len(harness.get(RANI, f"{FIGURES}?region={KEDIRI}&until={later}").body["items"]) == 1
