from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness, coordinator
from tests.support.sample_community import BLITAR, KEDIRI, person


def test_details_of_a_topic_are_for_its_raisers_and_the_board(stage: EventsHarness) -> None:
    wish = {"title": "Barcodes", "region": KEDIRI, "origin": "library", "details": "Our head forbids it."}
    topic = stage.post(person("ani"), "/v1/topics", wish).body["topic"]
    path = f"/v1/topics/{topic}"
    stage.post(person("budi"), f"{path}/raisers")
    for reader in (person("ani"), person("budi"), RANI, coordinator()):
        assert stage.get(reader, path).body["details"] == "Our head forbids it."
    for stranger in (person("citra"), BIMA, ANONYMOUS):
        assert stage.get(stranger, path).body["details"] is None


def test_free_text_is_in_no_stored_document_as_it_was_written(stage: EventsHarness) -> None:
    wish = {"title": "Barcodes", "region": KEDIRI, "details": "SECRET of the library"}
    stage.post(person("ani"), "/v1/topics", wish)
    database = stage.application.core.database
    for name in database.list_collection_names():
        assert "SECRET" not in str(list(database[name].find()))


def test_whoever_decides_elsewhere_does_not_decide_here(stage: EventsHarness) -> None:
    path = f"/v1/topics/{stage.topic()}/decision"
    assert stage.post(BIMA, path, {"decision": "accepted"}).status == 403
    assert stage.post(ANONYMOUS, path, {"decision": "accepted"}).status == 401
    assert stage.post(RANI, path, {"decision": "declined"}).rule == "declining-needs-a-reason"
    assert stage.post(RANI, path, {"decision": "declined", "reason": "not ours"}).status == 200


def test_a_declined_topic_gets_no_gathering(stage: EventsHarness) -> None:
    topic = stage.topic()
    stage.post(RANI, f"/v1/topics/{topic}/decision", {"decision": "declined", "reason": "not ours"})
    assert stage.plan(topic=topic).rule == "topic-declined"


def test_planning_accepts_the_topic_and_cancelling_sets_it_free(stage: EventsHarness) -> None:
    topic = stage.topic()
    activity = stage.published(topic=topic)
    shown = stage.get(ANONYMOUS, f"/v1/topics/{topic}").body
    assert (shown["state"], shown["gathering"]) == ("accepted", activity)
    stage.post(RANI, f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    assert stage.get(ANONYMOUS, f"/v1/topics/{topic}").body["gathering"] is None


def test_raisers_say_whether_it_is_solved_after_its_gathering_and_not_before(stage: EventsHarness) -> None:
    topic = stage.topic("ani")
    stage.post(person("budi"), f"/v1/topics/{topic}/raisers")
    activity = stage.published(topic=topic)
    path = f"/v1/topics/{topic}/solved"
    assert stage.post(person("ani"), path, {"solved": True}).rule == "not-discussed-yet"
    stage.hold(activity)
    assert stage.post(person("ani"), path, {"solved": True, "note": "with the new driver"}).status == 200
    assert stage.post(person("budi"), path, {"solved": False}).status == 200
    assert stage.post(person("citra"), path, {"solved": True}).rule == "raisers-only"
    assert stage.get(ANONYMOUS, f"/v1/topics/{topic}").body["solved"] == {"yes": 1, "no": 1}


def test_the_board_shows_the_most_wanted_first_by_region_and_state(stage: EventsHarness) -> None:
    few, many, elsewhere = stage.topic("ani"), stage.topic("budi"), stage.topic("citra", region=BLITAR)
    stage.post(person("dewi"), f"/v1/topics/{many}/endorsements")
    listed = stage.get(ANONYMOUS, f"/v1/topics?region={KEDIRI}").body["items"]
    assert [item["topic"] for item in listed] == [many, few]
    stage.post(RANI, f"/v1/topics/{few}/decision", {"decision": "accepted"})
    accepted = stage.get(ANONYMOUS, "/v1/topics?state=accepted").body["items"]
    assert [item["topic"] for item in accepted] == [few]
    page = stage.get(ANONYMOUS, "/v1/topics?limit=2").body
    rest = stage.get(ANONYMOUS, f"/v1/topics?limit=2&after={page['next']}").body
    assert {item["topic"] for item in page["items"] + rest["items"]} == {few, many, elsewhere}
    assert rest["next"] is None


def test_an_endorser_who_has_the_trouble_counts_once(stage: EventsHarness) -> None:
    topic = stage.topic("ani")
    stage.post(person("budi"), f"/v1/topics/{topic}/endorsements")
    assert stage.post(person("budi"), f"/v1/topics/{topic}/raisers").body["count"] == 2
    shown = stage.get(ANONYMOUS, f"/v1/topics/{topic}").body
    assert (shown["raisers"], shown["endorsers"], shown["count"]) == (["ani", "budi"], [], 2)


def test_an_unknown_topic_answers_404(stage: EventsHarness) -> None:
    assert stage.get(ANONYMOUS, "/v1/topics/none").status == 404
    assert stage.post(person("ani"), "/v1/topics/none/endorsements").status == 404
    assert stage.post(RANI, "/v1/topics/none/decision", {"decision": "accepted"}).status == 404
