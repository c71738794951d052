from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness, coordinator
from tests.support.sample_community import BLITAR, KEDIRI, person


def test_details_of_a_topic_are_for_its_raisers_and_the_board(harness: EventsHarness) -> None:
    wish = {"title": "Barcodes", "region": KEDIRI, "origin": "library", "details": "Our head forbids it."}
    topic = harness.post(person("ani"), "/v1/topics", wish).body["topic"]
    path = f"/v1/topics/{topic}"
    harness.post(person("budi"), f"{path}/raisers")
    for reader in (person("ani"), person("budi"), RANI, coordinator()):
        assert harness.get(reader, path).body["details"] == "Our head forbids it."
    for stranger in (person("citra"), BIMA, ANONYMOUS):
        assert harness.get(stranger, path).body["details"] is None


def test_free_text_is_in_no_stored_document_as_it_was_written(harness: EventsHarness) -> None:
    wish = {"title": "Barcodes", "region": KEDIRI, "details": "SECRET of the library"}
    harness.post(person("ani"), "/v1/topics", wish)
    database = harness.application.core.database
    for name in database.list_collection_names():
        assert "SECRET" not in str(list(database[name].find()))


def test_a_board_member_of_another_region_cannot_decide_a_topic(harness: EventsHarness) -> None:
    path = f"/v1/topics/{harness.topic()}/decision"
    assert harness.post(BIMA, path, {"decision": "accepted"}).status == 403
    assert harness.post(ANONYMOUS, path, {"decision": "accepted"}).status == 401
    assert harness.post(RANI, path, {"decision": "declined"}).rule == "declining-needs-a-reason"
    assert harness.post(RANI, path, {"decision": "declined", "reason": "not ours"}).status == 200


def test_a_declined_topic_gets_no_gathering(harness: EventsHarness) -> None:
    topic = harness.topic()
    harness.post(RANI, f"/v1/topics/{topic}/decision", {"decision": "declined", "reason": "not ours"})
    assert harness.plan(topic=topic).rule == "topic-declined"


def test_planning_accepts_the_topic_and_cancelling_sets_it_free(harness: EventsHarness) -> None:
    topic = harness.topic()
    activity = harness.published(topic=topic)
    shown = harness.get(ANONYMOUS, f"/v1/topics/{topic}").body
    assert (shown["state"], shown["gathering"]) == ("accepted", activity)
    harness.post(RANI, f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    assert harness.get(ANONYMOUS, f"/v1/topics/{topic}").body["gathering"] is None


def test_raisers_say_whether_it_is_solved_after_its_gathering_and_not_before(harness: EventsHarness) -> None:
    topic = harness.topic("ani")
    harness.post(person("budi"), f"/v1/topics/{topic}/raisers")
    activity = harness.published(topic=topic)
    path = f"/v1/topics/{topic}/solved"
    assert harness.post(person("ani"), path, {"solved": True}).rule == "not-discussed-yet"
    harness.hold(activity)
    assert harness.post(person("ani"), path, {"solved": True, "note": "with the new driver"}).status == 200
    assert harness.post(person("budi"), path, {"solved": False}).status == 200
    assert harness.post(person("citra"), path, {"solved": True}).rule == "raisers-only"
    assert harness.get(ANONYMOUS, f"/v1/topics/{topic}").body["solved"] == {"yes": 1, "no": 1}


def test_the_board_shows_the_most_wanted_first_by_region_and_state(harness: EventsHarness) -> None:
    few, many, elsewhere = harness.topic("ani"), harness.topic("budi"), harness.topic("citra", region=BLITAR)
    harness.post(person("dewi"), f"/v1/topics/{many}/endorsements")
    listed = harness.get(ANONYMOUS, f"/v1/topics?region={KEDIRI}").body["items"]
    assert [item["topic"] for item in listed] == [many, few]
    harness.post(RANI, f"/v1/topics/{few}/decision", {"decision": "accepted"})
    accepted = harness.get(ANONYMOUS, "/v1/topics?state=accepted").body["items"]
    assert [item["topic"] for item in accepted] == [few]
    page = harness.get(ANONYMOUS, "/v1/topics?limit=2").body
    rest = harness.get(ANONYMOUS, f"/v1/topics?limit=2&after={page['next']}").body
    assert {item["topic"] for item in page["items"] + rest["items"]} == {few, many, elsewhere}
    assert rest["next"] is None


def test_an_endorser_who_has_the_trouble_counts_once(harness: EventsHarness) -> None:
    topic = harness.topic("ani")
    harness.post(person("budi"), f"/v1/topics/{topic}/endorsements")
    assert harness.post(person("budi"), f"/v1/topics/{topic}/raisers").body["count"] == 2
    shown = harness.get(ANONYMOUS, f"/v1/topics/{topic}").body
    assert (shown["raisers"], shown["endorsers"], shown["count"]) == (["ani", "budi"], [], 2)


def test_an_unknown_topic_answers_404(harness: EventsHarness) -> None:
    assert harness.get(ANONYMOUS, "/v1/topics/none").status == 404
    assert harness.post(person("ani"), "/v1/topics/none/endorsements").status == 404
    assert harness.post(RANI, "/v1/topics/none/decision", {"decision": "accepted"}).status == 404
