from datetime import timedelta

from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import ACADEMIC, RANI, EventsHarness
from tests.support.sample_community import KEDIRI, person
from tests.unit.events.sample_times import SESSIONS, START, WORKSHOP_END

OF_A_WORKSHOP = {"units": ["a-klasifikasi", "b-slims"], "levels": ["higher", "basic"], "open": True}


def test_a_workshop_is_planned_published_and_held(stage: EventsHarness) -> None:
    activity = stage.workshop(**OF_A_WORKSHOP)
    shown = stage.get(ANONYMOUS, f"/v1/activities/{activity}").body
    assert (shown["kind"], shown["topic"], shown["state"]) == ("workshop", None, "published")
    assert (shown["starts"], shown["ends"]) == ("2026-03-09T01:00:00Z", "2026-03-10T06:00:00Z")
    assert (shown["levels"], shown["open"]) == (["basic", "higher"], True)
    assert [session["title"] for session in shown["sessions"]] == [each["title"] for each in SESSIONS]
    assert shown["speakers"][0] | {"rules": None} == {**ACADEMIC, "from_board": False, "rules": None}
    stage.clock.advance(WORKSHOP_END - stage.clock.now())
    assert stage.post(RANI, f"/v1/activities/{activity}/complete").body["state"] == "completed"
    (published,) = [fact for fact in stage.application.log.facts(0) if fact.type == "activity-published"]
    assert {name: published.data[name] for name in ("units", "levels", "open")} == {
        **OF_A_WORKSHOP, "levels": ["basic", "higher"],
    }  # fmt: skip


def test_what_a_speaker_declares_is_sealed_under_the_speakers_id(stage: EventsHarness) -> None:
    activity = stage.workshop()
    assert "Dr. D" not in str([list(stage.application.core.database[name].find()) for name in ("commits",)])
    stage.application.core.vault.destroy("dosen")
    speaker = stage.get(ANONYMOUS, f"/v1/activities/{activity}").body["speakers"][0]
    assert (speaker["person"], speaker["competence"], speaker["name"]) == ("dosen", None, None)


def test_each_kind_has_its_own_fields_and_no_other(stage: EventsHarness) -> None:
    common = {"title": "x", "region": KEDIRI, "venue": stage.venue(), "capacity": 3}
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
        reply = stage.post(RANI, "/v1/activities", common | wrong)
        assert (reply.status, field in reply.body["errors"]) == (400, True), wrong


def test_a_speaker_who_does_not_come_is_withdrawn(stage: EventsHarness) -> None:
    activity = stage.workshop()
    path = f"/v1/activities/{activity}"
    assert stage.call(person("ani"), "DELETE", f"{path}/speakers/dosen").status == 403
    assert stage.call(RANI, "DELETE", f"{path}/speakers/dosen").status == 200
    assert stage.get(ANONYMOUS, path).body["speakers"] == []
    gathering = f"/v1/activities/{stage.published()}"
    stage.call(RANI, "DELETE", f"{gathering}/speakers/rani")
    assert stage.get(ANONYMOUS, gathering).body["guide"] is None


def test_an_agenda_moves_with_its_workshop_and_calendars_notice(stage: EventsHarness) -> None:
    activity = stage.workshop()
    path = f"/v1/activities/{activity}"
    before = stage.get(ANONYMOUS, "/v1/activities").body["items"][0]["version"]
    day = timedelta(days=1)
    times = {"starts": (START + day).isoformat(), "ends": (WORKSHOP_END + day).isoformat()}
    assert stage.post(RANI, f"{path}/reschedule", times).status == 200
    shown = stage.get(ANONYMOUS, "/v1/activities").body["items"][0]
    assert shown["sessions"][-1]["ends"] == shown["ends"] == "2026-03-11T06:00:00Z"
    assert shown["version"] > before


def test_a_workshop_has_no_topics(stage: EventsHarness) -> None:
    activity = stage.workshop()
    assert stage.post(RANI, f"/v1/activities/{activity}/topics", {"topic": "t"}).status == 404
