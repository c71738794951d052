from datetime import timedelta

from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness, coordinator, regional
from tests.support.sample_community import BLITAR, KEDIRI, person
from tests.support.sample_facts import sample
from tests.unit.events.sample_times import END, START


def path_of(activity: str, rest: str = "attendance") -> str:
    return f"/v1/activities/{activity}/{rest}"


def test_the_code_word_is_for_the_coordinator_and_the_same_each_time(harness: EventsHarness) -> None:
    activity = harness.published()
    code = harness.post(RANI, path_of(activity, "attendance/code")).body
    assert (code["from"], code["until"]) == ("2026-03-09T00:30:00Z", "2026-03-09T05:00:00Z")
    assert harness.post(RANI, path_of(activity, "attendance/code")).body["word"] == code["word"]
    for stranger, status in ((person("ani"), 403), (BIMA, 403), (ANONYMOUS, 401)):
        assert harness.post(stranger, path_of(activity, "attendance/code")).status == status


def test_the_code_word_is_stored_nowhere(harness: EventsHarness) -> None:
    activity = harness.published()
    word = harness.post(RANI, path_of(activity, "attendance/code")).body["word"]
    harness.clock.advance(START - harness.clock.now())
    harness.post(person("ani"), path_of(activity), {"code": word})
    database = harness.application.core.database
    for name in database.list_collection_names():
        stored = str(list(database[name].find()))
        assert word not in stored
        assert word.replace(" ", "") not in stored


def test_the_word_counts_around_the_activity_and_a_wrong_one_does_not(harness: EventsHarness) -> None:
    activity = harness.published()
    word = harness.post(RANI, path_of(activity, "attendance/code")).body["word"]
    assert harness.post(person("ani"), path_of(activity), {"code": word}).rule == "outside-the-code-window"
    harness.clock.advance(START - harness.clock.now())
    assert harness.post(person("ani"), path_of(activity), {"code": "melati 0000"}).rule == "wrong-code-word"
    assert harness.post(person("ani"), path_of(activity), {"code": word}).status == 201
    harness.clock.advance(timedelta(days=1))
    assert harness.post(person("budi"), path_of(activity), {"code": word}).rule == "outside-the-code-window"


def test_a_coordinator_records_members_and_guests_and_nobody_else_does(harness: EventsHarness) -> None:
    activity = harness.published()
    harness.clock.advance(START - harness.clock.now())
    for body in ({"person": "ani", "method": "coordinator"}, {"guest": "guest-1", "method": "walk-in"}):
        assert harness.post(person("budi"), path_of(activity), body).status == 403
        assert harness.post(BIMA, path_of(activity), body).status == 403
        assert harness.post(RANI, path_of(activity), body).status == 201
    entries = harness.get(RANI, path_of(activity)).body["items"]
    assert [(each["person"], each["guest"], each["method"], each["by"]) for each in entries] == [
        ("ani", None, "coordinator", "rani"), (None, "guest-1", "walk-in", "rani"),
    ]  # fmt: skip
    assert len(harness.get(person("ani"), path_of(activity)).body["items"]) == 1
    assert harness.get(person("budi"), path_of(activity)).body["items"] == []


def test_an_attendance_request_has_exactly_one_of_code_person_and_guest(harness: EventsHarness) -> None:
    activity = harness.published()
    for body in ({}, {"code": "x", "person": "ani"}, {"guest": "g", "method": "coordinator"}, {"method": "walk-in"}):
        assert harness.post(RANI, path_of(activity), body).status == 400


def test_a_guest_who_joins_later_has_the_attendance_in_her_history_and_may_give_feedback(
    harness: EventsHarness,
) -> None:
    activity = harness.published()
    harness.clock.advance(START - harness.clock.now())
    harness.post(RANI, path_of(activity), {"guest": "guest-1", "method": "walk-in"})
    wina = person("wina")
    answers = {"useful": 5, "understood": 4, "next": "more about labels"}
    assert harness.post(wina, path_of(activity, "feedback"), answers).rule == "only-who-was-there"
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "wina"})
    history = harness.get(wina, "/v1/participation/wina").body["items"]
    assert [(each["activity"], each["attended"], each["method"]) for each in history] == [(activity, True, "walk-in")]
    assert (history[0]["title"], history[0]["starts"]) == ("Barcodes", "2026-03-09T01:00:00Z")
    assert harness.post(wina, path_of(activity, "feedback"), answers).status == 201


def test_feedback_is_given_once_and_summed_up_without_names(harness: EventsHarness) -> None:
    activity = harness.published()
    harness.hold(activity, "ani", "budi")
    harness.post(person("ani"), path_of(activity, "feedback"), {"useful": 5, "understood": 4, "next": "more labels"})
    harness.post(person("budi"), path_of(activity, "feedback"), {"useful": 2, "understood": 4})
    again = harness.post(person("ani"), path_of(activity, "feedback"), {"useful": 1, "understood": 1})
    assert again.rule == "feedback-once"
    summary = harness.get(RANI, path_of(activity, "feedback")).body
    assert summary == {
        "activity": activity,
        "count": 2,
        "useful": {"average": 3.5, "counts": [0, 1, 0, 0, 1]},
        "understood": {"average": 4.0, "counts": [0, 0, 0, 2, 0]},
        "next": ["more labels"],
    }
    assert harness.get(person("ani"), path_of(activity, "feedback")).status == 403


def test_what_is_erased_reads_as_erased_and_the_counts_stay_right(harness: EventsHarness) -> None:
    activity = harness.published()
    harness.hold(activity, "ani")
    harness.post(person("ani"), path_of(activity, "feedback"), {"useful": 5, "understood": 4, "next": "more labels"})
    harness.application.core.vault.destroy("ani")
    summary = harness.get(RANI, path_of(activity, "feedback")).body
    assert (summary["count"], summary["next"]) == (1, [])


def test_a_history_is_shown_to_the_person_and_to_readers_of_the_regions_members(harness: EventsHarness) -> None:
    activity = harness.published(capacity=1)
    harness.register(activity, "ani", "budi")
    harness.hear("member-joined", "ani", sample("members", "member-joined", person="ani"), KEDIRI)
    for reader in (person("ani"), RANI, coordinator()):
        history = harness.get(reader, "/v1/participation/ani").body["items"]
        assert [each["seat"] for each in history] == ["taken"]
    for stranger in (person("budi"), BIMA):
        assert harness.get(stranger, "/v1/participation/ani").status == 403
    assert harness.get(ANONYMOUS, "/v1/participation/ani").status == 401
    assert harness.get(regional(BLITAR), "/v1/participation/nobody").status == 403


def test_a_history_does_not_include_ids_of_other_people(harness: EventsHarness) -> None:
    activity = harness.published()
    harness.register(activity, "ani")
    assert harness.get(person("budi"), "/v1/participation/budi?ids=ani,guest-7").body["items"] == []


def test_completing_counts_members_and_guests(harness: EventsHarness) -> None:
    activity = harness.published()
    harness.clock.advance(END - harness.clock.now())
    for name in ("ani", "budi"):
        harness.post(RANI, path_of(activity), {"person": name})
    harness.post(RANI, path_of(activity), {"guest": "guest-1"})
    harness.post(RANI, path_of(activity, "complete"))
    told = [fact for fact in harness.application.log.facts(0) if fact.type == "activity-completed"]
    assert [(fact.data["present"], fact.data["guests"]) for fact in told] == [(2, 1)]


def test_a_workshop_is_attended_by_the_session(harness: EventsHarness) -> None:
    activity = harness.workshop()
    assert harness.post(RANI, path_of(activity, "attendance/code")).rule == "name-the-session"
    words = {
        name: harness.post(RANI, path_of(activity, "attendance/code"), {"session": name}).body for name in ("s1", "s3")
    }
    assert words["s1"]["word"] != words["s3"]["word"]
    assert (words["s3"]["from"], words["s3"]["until"]) == ("2026-03-10T00:30:00Z", "2026-03-10T05:00:00Z")
    harness.clock.advance(START - harness.clock.now())
    assert harness.post(person("ani"), path_of(activity), {"code": words["s1"]["word"]}).status == 201
    assert (
        harness.post(person("ani"), path_of(activity), {"code": words["s3"]["word"]}).rule == "outside-the-code-window"
    )
    assert harness.post(RANI, path_of(activity), {"guest": "guest-1"}).status == 201
    assert harness.post(RANI, path_of(activity), {"person": "ani", "session": "s2"}).status == 201
    assert harness.post(RANI, path_of(activity), {"person": "ani", "session": "s9"}).rule == "no-such-session"
    assert harness.post(RANI, path_of(activity), {"person": "budi", "state": "excused"}).status == 201
    entries = {each["person"] or each["guest"]: each for each in harness.get(RANI, path_of(activity)).body["items"]}
    assert {who: (each["state"], each["sessions"]) for who, each in entries.items()} == {
        "ani": ("present", ["s1", "s2"]), "guest-1": ("present", ["s1"]), "budi": ("excused", []),
    }  # fmt: skip
    own = harness.get(person("ani"), "/v1/participation/ani").body["items"]
    assert own[0]["sessions"] == ["s1", "s2"]
    told = [fact.data for fact in harness.application.log.facts(0) if fact.type == "attendance-recorded"]
    assert [(each["person"], each["guest"]) for each in told] == [("ani", None), (None, "guest-1")]


def test_only_members_are_recorded_as_absent_and_only_for_the_whole_activity(harness: EventsHarness) -> None:
    activity = harness.workshop()
    harness.clock.advance(START - harness.clock.now())
    for body in (
        {"guest": "g", "state": "absent"}, {"code": "x", "state": "absent"}, {"code": "x", "session": "s1"},
        {"person": "ani", "state": "absent", "session": "s1"}, {"person": "ani", "state": "asleep"},
    ):  # fmt: skip
        assert harness.post(RANI, path_of(activity), body).status == 400
    assert harness.post(RANI, path_of(activity), {"person": "ani", "state": "absent"}).status == 201
    assert harness.post(RANI, path_of(activity), {"person": "ani"}).status == 201
    assert [each["state"] for each in harness.get(RANI, path_of(activity)).body["items"]] == ["present"]
    assert harness.post(RANI, path_of(activity), {"person": "ani", "state": "absent"}).rule == "was-there"
