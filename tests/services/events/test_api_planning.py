from datetime import timedelta

from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness, coordinator
from tests.support.sample_community import BLITAR, KEDIRI, NOW, person
from tests.unit.events.sample_times import END, START

OUTSIDER = {"person": "dosen", "role": "speaker", "category": "academic"}


def rules(harness: EventsHarness, version: int, since: str, speakers: str) -> None:
    harness.rule(version=version, in_force_from=since, speakers=speakers)


def test_a_school_is_asked_and_confirms_before_anything_is_published_there(harness: EventsHarness) -> None:
    venue = harness.venue("school")
    activity = harness.plan(venue=venue).body["activity"]
    path, asking = f"/v1/activities/{activity}", f"/v1/venues/{venue}/requests"
    harness.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    assert harness.post(RANI, f"{path}/publish").rule == "venue-not-confirmed"
    assert harness.post(RANI, f"{asking}/{activity}/answer", {"confirmed": True}).rule == "venue-not-asked"
    assert harness.post(RANI, asking, {"activity": activity}).body["state"] == "asked"
    assert harness.post(RANI, f"{path}/publish").rule == "venue-not-confirmed"
    answer = {"confirmed": True, "by": "the deputy head"}
    assert harness.post(RANI, f"{asking}/{activity}/answer", answer).body["state"] == "confirmed"
    assert harness.post(RANI, f"{path}/publish").status == 200
    requests = harness.get(RANI, f"/v1/venues/{venue}").body["requests"]
    assert requests == [{"activity": activity, "state": "confirmed", "by": "the deputy head"}]
    assert "requests" not in harness.get(ANONYMOUS, f"/v1/venues/{venue}").body


def test_a_school_is_asked_again_when_the_confirmed_activity_moves(harness: EventsHarness) -> None:
    venue = harness.venue("school")
    activity = harness.plan(venue=venue).body["activity"]
    path, asking = f"/v1/activities/{activity}", f"/v1/venues/{venue}/requests"
    harness.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    harness.post(RANI, asking, {"activity": activity})
    harness.post(RANI, f"{asking}/{activity}/answer", {"confirmed": True})
    moved = {"starts": (START + timedelta(days=1)).isoformat(), "ends": (END + timedelta(days=1)).isoformat()}
    assert harness.post(RANI, f"{path}/reschedule", moved).status == 200
    assert [each["state"] for each in harness.get(RANI, f"/v1/venues/{venue}").body["requests"]] == ["asked"]
    assert harness.post(RANI, f"{path}/publish").rule == "venue-not-confirmed"
    harness.post(RANI, f"{asking}/{activity}/answer", {"confirmed": True})
    assert harness.post(RANI, f"{path}/publish").status == 200


def test_no_activity_is_published_at_a_school_that_declined(harness: EventsHarness) -> None:
    venue = harness.venue("school")
    activity = harness.plan(venue=venue).body["activity"]
    harness.post(RANI, f"/v1/activities/{activity}/speakers", {"person": "rani", "role": "guide"})
    harness.post(RANI, f"/v1/venues/{venue}/requests", {"activity": activity})
    harness.post(RANI, f"/v1/venues/{venue}/requests/{activity}/answer", {"confirmed": False})
    assert harness.post(RANI, f"/v1/activities/{activity}/publish").rule == "venue-not-confirmed"


def test_a_request_to_a_venue_needs_an_activity_planned_at_it(harness: EventsHarness) -> None:
    activity = harness.plan().body["activity"]
    reply = harness.post(RANI, f"/v1/venues/{harness.venue('school')}/requests", {"activity": activity})
    assert reply.rule == "activity-is-elsewhere"


def test_newer_rules_let_others_speak_and_leave_older_gatherings_unchanged(
    harness: EventsHarness,
) -> None:
    rules(harness, 1, (NOW - timedelta(days=1)).isoformat(), "board")
    rules(harness, 2, (NOW + timedelta(days=2)).isoformat(), "open")
    first = harness.published()
    refused = harness.post(RANI, f"/v1/activities/{first}/speakers", OUTSIDER)
    assert (refused.rule, refused.body["rules"]) == ("speakers-from-the-board", 1)
    harness.clock.advance(timedelta(days=2))
    second = harness.plan().body["activity"]
    assert harness.post(RANI, f"/v1/activities/{second}/speakers", OUTSIDER).status == 201
    harness.post(RANI, f"/v1/activities/{second}/publish")
    older = harness.get(ANONYMOUS, f"/v1/activities/{first}").body
    newer = harness.get(ANONYMOUS, f"/v1/activities/{second}").body
    assert older["rules"] == {"version": 1, "speakers": "board"}
    assert newer["rules"] == {"version": 2, "speakers": "open"}
    assert newer["speakers"][0] | {"rules": None} == {
        **OUTSIDER,
        "from_board": False,
        "competence": None,
        "name": None,
        "rules": None,
    }


def test_a_gathering_planned_under_older_rules_still_shows_them_when_published_under_newer_ones(
    harness: EventsHarness,
) -> None:
    rules(harness, 1, (NOW - timedelta(days=1)).isoformat(), "board")
    activity = harness.plan().body["activity"]
    path = f"/v1/activities/{activity}"
    harness.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    rules(harness, 2, NOW.isoformat(), "open")
    harness.post(RANI, f"{path}/publish")
    shown = harness.get(ANONYMOUS, path).body
    assert (shown["planned_under"], shown["rules"]["version"], shown["speakers"][0]["rules"]["version"]) == (1, 2, 1)


def test_a_former_board_member_leads_no_gathering(harness: EventsHarness) -> None:
    activity = harness.plan().body["activity"]
    office = {"office": "regional-coordinator", "region": KEDIRI, "person": "rani"}
    harness.hear("office-vacated", f"regional-coordinator.{KEDIRI}", office, KEDIRI)
    reply = harness.post(coordinator(), f"/v1/activities/{activity}/speakers", {"person": "rani", "role": "guide"})
    assert reply.rule == "speakers-from-the-board"


def test_a_new_guide_takes_the_former_ones_place_in_public(harness: EventsHarness) -> None:
    office = {"office": "treasurer", "region": None, "person": "tuti", "board": True}
    harness.hear("office-assumed", "treasurer.all", office)
    activity = harness.published()
    harness.post(RANI, f"/v1/activities/{activity}/speakers", {"person": "tuti", "role": "guide"})
    shown = harness.get(ANONYMOUS, f"/v1/activities/{activity}").body
    assert (shown["guide"], [each["person"] for each in shown["speakers"]]) == ("tuti", ["tuti"])


def test_a_past_activity_is_recorded_and_marked(harness: EventsHarness) -> None:
    starts, ends = NOW - timedelta(days=30, hours=2), NOW - timedelta(days=30)
    times = {"starts": starts.isoformat(), "ends": ends.isoformat()}
    activity = harness.plan(**times).body["activity"]
    harness.post(RANI, f"/v1/activities/{activity}/speakers", {"person": "rani", "role": "guide"})
    assert harness.post(RANI, f"/v1/activities/{activity}/publish").rule == "starts-in-the-past"
    recorded = harness.published(**times, past=True)
    assert harness.get(ANONYMOUS, f"/v1/activities/{recorded}").body["past"] is True
    assert harness.register(recorded, "ani")[0].rule == "registration-closed"
    assert harness.post(RANI, f"/v1/activities/{recorded}/attendance", {"person": "ani"}).status == 201
    assert harness.plan(past=True).rule == "not-past-yet"


def test_a_stale_if_match_is_refused_and_a_present_one_taken(harness: EventsHarness) -> None:
    activity = harness.published()
    path = f"/v1/activities/{activity}"
    version = harness.get(RANI, path).headers["ETag"]
    moved = {"starts": (START + timedelta(days=1)).isoformat(), "ends": (END + timedelta(days=1)).isoformat()}
    stale = harness.post(RANI, f"{path}/reschedule", moved, if_match='"1"')
    assert (stale.status, stale.body["version"]) == (412, 3)
    taken = harness.post(RANI, f"{path}/reschedule", moved, if_match=version)
    assert (taken.status, taken.headers["ETag"]) == (200, '"4"')
    harness.register(activity, "ani")
    assert harness.get(RANI, path).headers["ETag"] == '"4"'


def test_the_calendar_lists_what_is_public_by_its_start_and_planners_see_their_plans(harness: EventsHarness) -> None:
    later = {"starts": (START + timedelta(days=2)).isoformat(), "ends": (END + timedelta(days=2)).isoformat()}
    second, first = harness.published(**later), harness.published()
    plan = harness.plan().body["activity"]
    listed = [item["activity"] for item in harness.get(ANONYMOUS, "/v1/activities").body["items"]]
    assert listed == [first, second]
    since = f"{START + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    listed = [item["activity"] for item in harness.get(ANONYMOUS, f"/v1/activities?from={since}").body["items"]]
    assert listed == [second]
    planned = f"/v1/activities?region={KEDIRI}&state=planned"
    assert [item["activity"] for item in harness.get(RANI, planned).body["items"]] == [plan]
    for stranger in (ANONYMOUS, BIMA, person("ani")):
        assert harness.get(stranger, planned).body["items"] == []
    assert harness.get(coordinator(), f"/v1/activities?region={BLITAR}").body["items"] == []


def test_a_cancelled_activity_says_so_and_why(harness: EventsHarness) -> None:
    activity = harness.published()
    harness.post(RANI, f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    shown = harness.get(ANONYMOUS, f"/v1/activities/{activity}").body
    assert (shown["state"], shown["reason"]) == ("cancelled", "rain")
    assert harness.register(activity, "ani")[0].rule == "activity-cancelled"


def test_an_unpublished_activity_stays_hidden_after_its_cancellation(harness: EventsHarness) -> None:
    activity = harness.plan().body["activity"]
    harness.post(RANI, f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    assert harness.get(ANONYMOUS, f"/v1/activities/{activity}").status == 404
    assert [fact.type for fact in harness.application.log.facts(0)] == ["topic-raised", "topic-decided"]


def test_only_planners_of_the_topics_region_plan_about_a_topic(harness: EventsHarness) -> None:
    topic = harness.topic(region=KEDIRI)
    reply = harness.plan(BIMA, region=BLITAR, topic=topic, venue=harness.venue(region=BLITAR))
    assert (reply.status, reply.body["region"]) == (403, KEDIRI)
    harness.show()
    assert harness.get(RANI, f"/v1/topics/{topic}").body["state"] == "raised"
    assert harness.plan(coordinator(), region=BLITAR, topic=topic).status == 201
