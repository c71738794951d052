from datetime import timedelta

from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness, coordinator
from tests.support.sample_community import BLITAR, KEDIRI, NOW, person
from tests.unit.events.sample_times import END, START

OUTSIDER = {"person": "dosen", "role": "speaker", "category": "academic"}


def rules(stage: EventsHarness, version: int, since: str, speakers: str) -> None:
    data = {"version": version, "in_force_from": since, "speakers": speakers}
    stage.hear("rules-changed", "rules", data)


def test_a_school_is_asked_and_confirms_before_anything_is_published_there(stage: EventsHarness) -> None:
    venue = stage.venue("school")
    activity = stage.plan(venue=venue).body["activity"]
    path, asking = f"/v1/activities/{activity}", f"/v1/venues/{venue}/requests"
    stage.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    assert stage.post(RANI, f"{path}/publish").rule == "venue-not-confirmed"
    assert stage.post(RANI, f"{asking}/{activity}/answer", {"confirmed": True}).rule == "venue-not-asked"
    assert stage.post(RANI, asking, {"activity": activity}).body["state"] == "asked"
    assert stage.post(RANI, f"{path}/publish").rule == "venue-not-confirmed"
    answer = {"confirmed": True, "by": "the deputy head"}
    assert stage.post(RANI, f"{asking}/{activity}/answer", answer).body["state"] == "confirmed"
    assert stage.post(RANI, f"{path}/publish").status == 200
    requests = stage.get(RANI, f"/v1/venues/{venue}").body["requests"]
    assert requests == [{"activity": activity, "state": "confirmed", "by": "the deputy head"}]
    assert "requests" not in stage.get(ANONYMOUS, f"/v1/venues/{venue}").body


def test_a_school_is_asked_again_when_the_confirmed_activity_moves(stage: EventsHarness) -> None:
    venue = stage.venue("school")
    activity = stage.plan(venue=venue).body["activity"]
    path, asking = f"/v1/activities/{activity}", f"/v1/venues/{venue}/requests"
    stage.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    stage.post(RANI, asking, {"activity": activity})
    stage.post(RANI, f"{asking}/{activity}/answer", {"confirmed": True})
    moved = {"starts": (START + timedelta(days=1)).isoformat(), "ends": (END + timedelta(days=1)).isoformat()}
    assert stage.post(RANI, f"{path}/reschedule", moved).status == 200
    assert [each["state"] for each in stage.get(RANI, f"/v1/venues/{venue}").body["requests"]] == ["asked"]
    assert stage.post(RANI, f"{path}/publish").rule == "venue-not-confirmed"
    stage.post(RANI, f"{asking}/{activity}/answer", {"confirmed": True})
    assert stage.post(RANI, f"{path}/publish").status == 200


def test_a_school_that_declined_holds_nothing(stage: EventsHarness) -> None:
    venue = stage.venue("school")
    activity = stage.plan(venue=venue).body["activity"]
    stage.post(RANI, f"/v1/activities/{activity}/speakers", {"person": "rani", "role": "guide"})
    stage.post(RANI, f"/v1/venues/{venue}/requests", {"activity": activity})
    stage.post(RANI, f"/v1/venues/{venue}/requests/{activity}/answer", {"confirmed": False})
    assert stage.post(RANI, f"/v1/activities/{activity}/publish").rule == "venue-not-confirmed"


def test_a_request_to_a_venue_needs_an_activity_planned_at_it(stage: EventsHarness) -> None:
    activity = stage.plan().body["activity"]
    reply = stage.post(RANI, f"/v1/venues/{stage.venue('school')}/requests", {"activity": activity})
    assert reply.rule == "activity-is-elsewhere"


def test_under_newer_rules_others_may_speak_and_the_older_gathering_still_shows_the_older_rules(
    stage: EventsHarness,
) -> None:
    rules(stage, 1, (NOW - timedelta(days=1)).isoformat(), "board")
    rules(stage, 2, (NOW + timedelta(days=2)).isoformat(), "open")
    first = stage.published()
    refused = stage.post(RANI, f"/v1/activities/{first}/speakers", OUTSIDER)
    assert (refused.rule, refused.body["rules"]) == ("speakers-from-the-board", 1)
    stage.clock.advance(timedelta(days=2))
    second = stage.plan().body["activity"]
    assert stage.post(RANI, f"/v1/activities/{second}/speakers", OUTSIDER).status == 201
    stage.post(RANI, f"/v1/activities/{second}/publish")
    older = stage.get(ANONYMOUS, f"/v1/activities/{first}").body
    newer = stage.get(ANONYMOUS, f"/v1/activities/{second}").body
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
    stage: EventsHarness,
) -> None:
    rules(stage, 1, (NOW - timedelta(days=1)).isoformat(), "board")
    activity = stage.plan().body["activity"]
    path = f"/v1/activities/{activity}"
    stage.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    rules(stage, 2, NOW.isoformat(), "open")
    stage.post(RANI, f"{path}/publish")
    shown = stage.get(ANONYMOUS, path).body
    assert (shown["planned_under"], shown["rules"]["version"], shown["speakers"][0]["rules"]["version"]) == (1, 2, 1)


def test_a_former_board_member_leads_no_gathering(stage: EventsHarness) -> None:
    activity = stage.plan().body["activity"]
    office = {"office": "regional-coordinator", "region": KEDIRI, "person": "rani"}
    stage.hear("office-vacated", f"regional-coordinator.{KEDIRI}", office, KEDIRI)
    reply = stage.post(coordinator(), f"/v1/activities/{activity}/speakers", {"person": "rani", "role": "guide"})
    assert reply.rule == "speakers-from-the-board"


def test_a_new_guide_takes_the_former_ones_place_in_public(stage: EventsHarness) -> None:
    office = {"office": "treasurer", "region": None, "person": "tuti", "board": True}
    stage.hear("office-assumed", "treasurer.all", office)
    activity = stage.published()
    stage.post(RANI, f"/v1/activities/{activity}/speakers", {"person": "tuti", "role": "guide"})
    shown = stage.get(ANONYMOUS, f"/v1/activities/{activity}").body
    assert (shown["guide"], [each["person"] for each in shown["speakers"]]) == ("tuti", ["tuti"])


def test_a_past_activity_is_recorded_and_marked(stage: EventsHarness) -> None:
    starts, ends = NOW - timedelta(days=30, hours=2), NOW - timedelta(days=30)
    times = {"starts": starts.isoformat(), "ends": ends.isoformat()}
    activity = stage.plan(**times).body["activity"]
    stage.post(RANI, f"/v1/activities/{activity}/speakers", {"person": "rani", "role": "guide"})
    assert stage.post(RANI, f"/v1/activities/{activity}/publish").rule == "starts-in-the-past"
    recorded = stage.published(**times, past=True)
    assert stage.get(ANONYMOUS, f"/v1/activities/{recorded}").body["past"] is True
    assert stage.register(recorded, "ani")[0].rule == "registration-closed"
    assert stage.post(RANI, f"/v1/activities/{recorded}/attendance", {"person": "ani"}).status == 201
    assert stage.plan(past=True).rule == "not-past-yet"


def test_a_stale_if_match_is_refused_and_a_present_one_taken(stage: EventsHarness) -> None:
    activity = stage.published()
    path = f"/v1/activities/{activity}"
    version = stage.get(RANI, path).headers["ETag"]
    moved = {"starts": (START + timedelta(days=1)).isoformat(), "ends": (END + timedelta(days=1)).isoformat()}
    stale = stage.post(RANI, f"{path}/reschedule", moved, if_match='"1"')
    assert (stale.status, stale.body["version"]) == (412, 3)
    taken = stage.post(RANI, f"{path}/reschedule", moved, if_match=version)
    assert (taken.status, taken.headers["ETag"]) == (200, '"4"')
    stage.register(activity, "ani")
    assert stage.get(RANI, path).headers["ETag"] == '"4"'


def test_the_calendar_lists_what_is_public_by_its_start_and_planners_see_their_plans(stage: EventsHarness) -> None:
    later = {"starts": (START + timedelta(days=2)).isoformat(), "ends": (END + timedelta(days=2)).isoformat()}
    second, first = stage.published(**later), stage.published()
    plan = stage.plan().body["activity"]
    listed = [item["activity"] for item in stage.get(ANONYMOUS, "/v1/activities").body["items"]]
    assert listed == [first, second]
    since = f"{START + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    listed = [item["activity"] for item in stage.get(ANONYMOUS, f"/v1/activities?from={since}").body["items"]]
    assert listed == [second]
    planned = f"/v1/activities?region={KEDIRI}&state=planned"
    assert [item["activity"] for item in stage.get(RANI, planned).body["items"]] == [plan]
    for stranger in (ANONYMOUS, BIMA, person("ani")):
        assert stage.get(stranger, planned).body["items"] == []
    assert stage.get(coordinator(), f"/v1/activities?region={BLITAR}").body["items"] == []


def test_a_cancelled_activity_says_so_and_why(stage: EventsHarness) -> None:
    activity = stage.published()
    stage.post(RANI, f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    shown = stage.get(ANONYMOUS, f"/v1/activities/{activity}").body
    assert (shown["state"], shown["reason"]) == ("cancelled", "rain")
    assert stage.register(activity, "ani")[0].rule == "activity-cancelled"


def test_an_unpublished_activity_stays_hidden_after_its_cancellation(stage: EventsHarness) -> None:
    activity = stage.plan().body["activity"]
    stage.post(RANI, f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    assert stage.get(ANONYMOUS, f"/v1/activities/{activity}").status == 404
    assert [fact.type for fact in stage.application.log.facts(0)] == ["topic-raised", "topic-decided"]


def test_only_planners_of_the_topics_region_plan_about_a_topic(stage: EventsHarness) -> None:
    topic = stage.topic(region=KEDIRI)
    reply = stage.plan(BIMA, region=BLITAR, topic=topic, venue=stage.venue(region=BLITAR))
    assert (reply.status, reply.body["region"]) == (403, KEDIRI)
    stage.show()
    assert stage.get(RANI, f"/v1/topics/{topic}").body["state"] == "raised"
    assert stage.plan(coordinator(), region=BLITAR, topic=topic).status == 201
