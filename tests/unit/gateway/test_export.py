"""The export of personal data is complete and only for its owner."""

from tests.unit.gateway.harness import FakeAnswer, bearer

EVENT = {"position": 1, "at": "2026-03-02T03:00:00+00:00", "stream": "person-sari", "type": "MemberJoined", "data": {}}


def everything_up(harness):
    harness.members.on("GET /internal/ids", FakeAnswer({"ids": ["sari", "guest-1"]}))
    for service in harness.services.values():
        service.on("GET /internal/personal", FakeAnswer({"events": [], "next": None}))


def test_the_export_contains_all_services_events_of_all_ids(harness, client):
    everything_up(harness)
    pages = {
        "after=0": FakeAnswer({"events": [EVENT], "next": 9}),
        "after=9": FakeAnswer({"events": [EVENT], "next": None}),
    }
    harness.events.on("GET /internal/personal", lambda asked: pages[asked.query.rpartition("&")[2]])
    answer = client.get("/v1/me/export", headers=bearer())
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.json() == {
        "person": "sari",
        "ids": ["sari", "guest-1"],
        "services": {"members": [], "events": [EVENT, EVENT], "mentoring": [], "notifications": []},
    }
    asked = harness.notifications.calls("GET /internal/personal")[0]
    assert "ids=sari%2Cguest-1" in asked.query
    assert (asked.actor.kind, asked.actor.id) == ("service", "gateway")


def test_the_export_fails_when_a_service_is_down(harness, client):
    everything_up(harness)
    harness.mentoring.down()
    assert client.get("/v1/me/export", headers=bearer()).status_code == 503


def test_the_export_needs_a_login(harness, client):
    everything_up(harness)
    assert client.get("/v1/me/export").status_code == 401
    assert harness.members.calls("GET /internal/ids") == []
