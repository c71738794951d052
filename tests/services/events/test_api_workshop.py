from datetime import timedelta

from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import ACADEMIC, RANI, EventsHarness
from tests.support.sample_community import KEDIRI, person
from tests.unit.events.sample_times import SESSIONS, START, WORKSHOP_END

OF_A_WORKSHOP = {"units": ["a-klasifikasi", "b-slims"], "levels": ["higher", "basic"], "open": True}


def test_a_workshop_is_planned_published_and_held(harness: EventsHarness) -> None:
    activity = harness.workshop(**OF_A_WORKSHOP)
    shown = harness.get(ANONYMOUS, f"/v1/activities/{activity}").body
    assert (shown["kind"], shown["topic"], shown["state"]) == ("workshop", None, "published")
    assert (shown["starts"], shown["ends"]) == ("2026-03-09T01:00:00Z", "2026-03-10T06:00:00Z")
    assert (shown["levels"], shown["open"]) == (["basic", "higher"], True)
    assert [session["title"] for session in shown["sessions"]] == [each["title"] for each in SESSIONS]
    assert shown["speakers"][0] | {"rules": None} == {**ACADEMIC, "from_board": False, "rules": None}
    harness.clock.advance(WORKSHOP_END - harness.clock.now())
    assert harness.post(RANI, f"/v1/activities/{activity}/complete").body["state"] == "completed"
    (published,) = [fact for fact in harness.application.log.facts(0) if fact.type == "activity-published"]
    assert {name: published.data[name] for name in ("units", "levels", "open")} == {
        **OF_A_WORKSHOP, "levels": ["basic", "higher"],
    }  # fmt: skip


def test_what_a_speaker_declares_is_sealed_under_the_speakers_id(harness: EventsHarness) -> None:
    activity = harness.workshop()
    assert "Dr. D" not in str([list(harness.application.core.database[name].find()) for name in ("commits",)])
    harness.application.core.vault.destroy("dosen")
    speaker = harness.get(ANONYMOUS, f"/v1/activities/{activity}").body["speakers"][0]
    assert (speaker["person"], speaker["competence"], speaker["name"]) == ("dosen", None, None)


def test_each_kind_has_its_own_fields_and_no_other(harness: EventsHarness) -> None:
    common = {"title": "x", "region": KEDIRI, "venue": harness.venue(), "capacity": 3}
    times = {"starts": SESSIONS[0]["starts"], "ends": SESSIONS[0]["ends"]}
    for wrong, field in (
        ({"kind": "workshop"}, "sessions"),
        ({"kind": "workshop", "sessions": []}, "sessions"),
        ({"kind": "workshop", "sessions": SESSIONS, "topic": "t"}, "topic"),
        ({"kind": "workshop", "sessions": SESSIONS, "starts": times["starts"]}, "starts"),
        ({"kind": "gathering", **times}, "topic"),
        ({"kind": "gathering", "topic": "t", **times, "sessions": SESSIONS}, "sessions"),
        ({"kind": "workshop", "sessions": SESSIONS, "levels": ["kindergarten"]}, "levels"),
        ({"kind": "research", "sessions": SESSIONS}, "kind"),
    ):
        reply = harness.post(RANI, "/v1/activities", common | wrong)
        assert (reply.status, field in reply.body["errors"]) == (400, True), wrong


def test_a_speaker_who_does_not_come_is_withdrawn(harness: EventsHarness) -> None:
    activity = harness.workshop()
    path = f"/v1/activities/{activity}"
    assert harness.call(person("ani"), "DELETE", f"{path}/speakers/dosen").status == 403
    assert harness.call(RANI, "DELETE", f"{path}/speakers/dosen").status == 200
    assert harness.get(ANONYMOUS, path).body["speakers"] == []
    gathering = f"/v1/activities/{harness.published()}"
    harness.call(RANI, "DELETE", f"{gathering}/speakers/rani")
    assert harness.get(ANONYMOUS, gathering).body["guide"] is None


def test_an_agenda_moves_with_its_workshop_and_calendars_notice(harness: EventsHarness) -> None:
    activity = harness.workshop()
    path = f"/v1/activities/{activity}"
    before = harness.get(ANONYMOUS, "/v1/activities").body["items"][0]["version"]
    day = timedelta(days=1)
    times = {"starts": (START + day).isoformat(), "ends": (WORKSHOP_END + day).isoformat()}
    assert harness.post(RANI, f"{path}/reschedule", times).status == 200
    shown = harness.get(ANONYMOUS, "/v1/activities").body["items"][0]
    assert shown["sessions"][-1]["ends"] == shown["ends"] == "2026-03-11T06:00:00Z"
    assert shown["version"] > before


def test_a_workshop_has_no_topics(harness: EventsHarness) -> None:
    activity = harness.workshop()
    assert harness.post(RANI, f"/v1/activities/{activity}/topics", {"topic": "t"}).status == 404
