"""What comes of an activity: problems, topics made of them, materials and certificates."""

from datetime import timedelta
from typing import Any

import pytest

from services.kernel.declare.policy import ANONYMOUS, Actor
from tests.services.events.harness import BIMA, RANI, EventsHarness
from tests.support.sample_community import KEDIRI, NOW, person
from tests.unit.events.sample_times import START, WORKSHOP_END

ANI, BUDI, CITRA = person("ani"), person("budi"), person("citra")
VISITOR = Actor("anonymous", "visitor-of-a-phone")
LINK = {"title": "Ringkasan DDC", "url": "https://contoh.id/ddc", "licence": "cc-by"}


@pytest.fixture
def workshop(harness: EventsHarness) -> str:
    """A workshop that has begun, with Ani and Budi at its first session."""
    activity = harness.workshop()
    harness.clock.advance(START - harness.clock.now())
    for name in ("ani", "budi"):
        assert harness.post(RANI, f"/v1/activities/{activity}/attendance", {"person": name}).status == 201
    return f"/v1/activities/{activity}"


def say(harness: EventsHarness, actor: Actor, path: str, text: str, **more: Any) -> str:
    reply = harness.post(actor, f"{path}/problems", {"text": text, **more})
    assert reply.status == 201, reply.body
    return str(reply.body["problem"])


def listed(harness: EventsHarness, actor: Actor, path: str) -> dict[str, Any]:
    return {item["problem"]: item for item in harness.get(actor, f"{path}/problems").body["items"]}


def test_a_problem_is_read_by_those_who_take_part_and_its_author_by_planners(
    harness: EventsHarness, workshop: str
) -> None:
    problem = say(harness, ANI, workshop, "Barcode ganda")
    assert harness.post(BUDI, f"{workshop}/problems/{problem}/raisers").status == 201
    shown = listed(harness, BUDI, workshop)[problem]
    assert (shown["text"], shown["count"], shown["mine"], shown["author"]) == ("Barcode ganda", 2, True, None)
    assert listed(harness, RANI, workshop)[problem]["author"] == "ani"
    for stranger in (CITRA, BIMA):
        assert harness.get(stranger, f"{workshop}/problems").status == 403
        assert harness.post(stranger, f"{workshop}/problems/{problem}/raisers").status == 403
    assert harness.get(ANONYMOUS, f"{workshop}/problems").status == 401


@pytest.mark.parametrize(("actor", "body"), [(ANI, {"anonymous": True}), (VISITOR, {})], ids=["member", "visitor"])
def test_an_anonymous_problem_stores_no_author(
    harness: EventsHarness, workshop: str, actor: Actor, body: dict[str, Any]
) -> None:
    before = harness.application.log.head()
    problem = say(harness, actor, workshop, "Kepala sekolah tidak mendukung", **body)
    harness.show()
    database = harness.application.core.database
    commits = list(database["commits"].find({"_id": {"$gt": before}}))
    views = [list(database[name].find({"_id": problem})) for name in database.list_collection_names()]
    assert commits
    for word in (actor.id, "Kepala sekolah"):
        assert word not in str(commits) + str(views)
    shown = listed(harness, RANI, workshop)[problem]
    assert (shown["text"], shown["author"], shown["count"]) == ("Kepala sekolah tidak mendukung", None, 1)


def test_merged_problems_become_a_topic_of_all_their_persons(harness: EventsHarness, workshop: str) -> None:
    problem, other = say(harness, ANI, workshop, "Barcode ganda"), say(harness, BUDI, workshop, "Barcode dobel")
    nameless = say(harness, VISITOR, workshop, "Barcode juga")
    assert harness.post(ANI, f"{workshop}/problems/{other}/merge", {"into": problem}).status == 403
    for name in (other, nameless):
        assert harness.post(RANI, f"{workshop}/problems/{name}/merge", {"into": problem}).status == 200
    assert listed(harness, RANI, workshop)[problem]["count"] == 3
    made = harness.post(RANI, f"{workshop}/problems/{problem}/topic", {"title": "Barcode ganda setelah impor"})
    topic = harness.get(ANI, f"/v1/topics/{made.body['topic']}").body
    assert (topic["raisers"], topic["origin"], topic["state"]) == (["ani", "budi"], "member", "raised")
    assert topic["details"] == "Barcode ganda"
    assert listed(harness, ANI, workshop)[problem]["topic"] == made.body["topic"]
    told = {fact.type: fact.data for fact in harness.application.log.facts(0)}
    assert told["problem-became-topic"]["topic"] == told["topic-raised"]["topic"] == made.body["topic"]
    again = harness.post(RANI, f"{workshop}/problems/{problem}/topic", {"title": "Sekali lagi"})
    assert again.rule == "problem-is-a-topic"


def test_a_person_whose_problem_is_merged_into_a_topic_raises_the_topic(harness: EventsHarness, workshop: str) -> None:
    problem, other = say(harness, ANI, workshop, "Barcode ganda"), say(harness, BUDI, workshop, "Barcode dobel")
    made = harness.post(RANI, f"{workshop}/problems/{problem}/topic", {"title": "Barcode ganda setelah impor"})
    assert harness.get(ANI, f"/v1/topics/{made.body['topic']}").body["raisers"] == ["ani"]
    assert harness.post(RANI, f"{workshop}/problems/{other}/merge", {"into": problem}).status == 200
    assert harness.get(ANI, f"/v1/topics/{made.body['topic']}").body["raisers"] == ["ani", "budi"]


def test_the_planner_raises_the_topic_of_a_nameless_problem(harness: EventsHarness, workshop: str) -> None:
    problem = say(harness, VISITOR, workshop, "Tidak berani bertanya")
    made = harness.post(RANI, f"{workshop}/problems/{problem}/topic", {"title": "Bertanya", "origin": "library"})
    topic = harness.get(RANI, f"/v1/topics/{made.body['topic']}").body
    assert (topic["raisers"], topic["origin"], topic["details"]) == (["rani"], "library", "Tidak berani bertanya")


def test_an_erased_authors_problem_still_counts_and_reads_as_erased(harness: EventsHarness, workshop: str) -> None:
    problem = say(harness, ANI, workshop, "Barcode ganda")
    harness.application.core.vault.destroy("ani")
    shown = listed(harness, RANI, workshop)[problem]
    assert (shown["text"], shown["count"]) == (None, 1)
    assert harness.post(RANI, f"{workshop}/problems/{problem}/topic", {"title": "Barcode"}).status == 201


def test_materials_are_left_by_planners_and_speakers_and_found_by_words(harness: EventsHarness, workshop: str) -> None:
    made = harness.post(person("dosen"), f"{workshop}/materials", LINK)
    assert made.status == 201
    text = {"title": "Catatan", "text": "Klasifikasi untuk pemula", "licence": "cc0", "visibility": "participants"}
    assert harness.post(RANI, f"{workshop}/materials", text).status == 201
    assert harness.post(ANI, f"{workshop}/materials", LINK).status == 403

    def titles(actor: Actor, query: str = "") -> list[str]:
        return [item["title"] for item in harness.get(actor, f"/v1/materials?{query}").body["items"]]

    activity = f"activity={workshop.rpartition('/')[2]}"
    assert titles(ANONYMOUS) == ["Ringkasan DDC"]
    assert sorted(titles(ANI, activity)) == ["Catatan", "Ringkasan DDC"]
    assert titles(CITRA, activity) == ["Ringkasan DDC"]
    assert titles(RANI, f"region={KEDIRI}&q=PEMULA%20klas".replace("%20", " ")) == ["Catatan"]
    assert titles(ANONYMOUS, "q=pemula") == []
    assert titles(ANONYMOUS, "q=.*") == []
    facts = [fact.data["url"] for fact in harness.application.log.facts(0) if fact.type == "material-published"]
    assert facts == [LINK["url"], None]
    path = f"/v1/materials/{made.body['material']}"
    assert harness.get(ANONYMOUS, path).body["url"] == LINK["url"]
    assert harness.call(ANI, "DELETE", path).status == 403
    assert harness.call(RANI, "DELETE", path).status == 200
    assert harness.get(ANONYMOUS, path).status == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "http://contoh.id"},
        {"url": "javascript:alert(1)"},
        {"licence": "mine"},
        {"visibility": "some"},
        {"file": "x"},
    ],
)
def test_a_material_is_a_link_over_https_under_a_known_licence(
    harness: EventsHarness, workshop: str, changed: dict[str, str]
) -> None:
    assert harness.post(RANI, f"{workshop}/materials", LINK | changed).status == 400


@pytest.fixture
def held(harness: EventsHarness) -> str:
    """A workshop of four sessions under a rule of three quarters: Ani was at four, Budi at two, a guest at three."""
    harness.rule(version=1, in_force_from=NOW.isoformat(), certificate_minimum=0.75)
    activity = harness.workshop()
    path = f"/v1/activities/{activity}"
    harness.clock.advance(WORKSHOP_END - harness.clock.now())
    for session in ("s1", "s2", "s3", "s4"):
        harness.post(RANI, f"{path}/attendance", {"person": "ani", "session": session})
        if session < "s3":
            harness.post(RANI, f"{path}/attendance", {"person": "budi", "session": session})
        if session < "s4":
            harness.post(RANI, f"{path}/attendance", {"guest": "guest-1", "session": session})
    return path


def test_certificates_are_issued_by_the_rule_and_verified_by_anybody_with_the_code(
    harness: EventsHarness, held: str
) -> None:
    harness.rule(version=2, in_force_from=WORKSHOP_END.isoformat(), certificate_minimum=0.0)
    assert harness.post(RANI, f"{held}/certificates").rule == "not-completed-yet"
    harness.post(RANI, f"{held}/complete")
    assert harness.post(ANI, f"{held}/certificates").status == 403
    assert harness.post(RANI, f"{held}/certificates").body | {"activity": ""} == {
        "activity": "",
        "issued": 2,
        "rules": 1,
    }
    assert harness.post(RANI, f"{held}/certificates").body["issued"] == 0
    (own,) = harness.get(ANI, "/v1/certificates").body["items"]
    assert harness.get(BUDI, "/v1/certificates").body["items"] == []
    public = harness.get(ANONYMOUS, f"/v1/certificates/{own['code'].lower()}")
    assert public.body == {name: own[name] for name in public.body}
    assert (public.body["valid"], public.body["hours"], public.body["attended"]) == (True, 8.0, 4)
    assert "ani" not in str(public.body)
    assert harness.get(ANONYMOUS, "/v1/certificates/0000-0000-0000").status == 404
    all_ = harness.get(RANI, f"/v1/certificates?activity={held.rpartition('/')[2]}").body["items"]
    assert {(each["participant"], each["guest"], each["hours"]) for each in all_} == {
        ("ani", False, 8.0), ("guest-1", True, 6.0),
    }  # fmt: skip
    facts = [fact.data for fact in harness.application.log.facts(0) if fact.type == "certificate-issued"]
    assert [(each["person"], each["guest"]) for each in facts] == [("ani", None), (None, "guest-1")]


def test_the_code_is_stored_nowhere(harness: EventsHarness, held: str) -> None:
    harness.post(RANI, f"{held}/complete")
    harness.post(RANI, f"{held}/certificates")
    code = harness.get(ANI, "/v1/certificates").body["items"][0]["code"]
    database = harness.application.core.database
    stored = str([list(database[name].find()) for name in database.list_collection_names()])
    assert code not in stored
    assert code.replace("-", "") not in stored


def test_a_guest_who_joins_keeps_her_certificate_and_gets_no_second(harness: EventsHarness, held: str) -> None:
    harness.post(RANI, f"{held}/complete")
    harness.post(RANI, f"{held}/certificates")
    wina = person("wina")
    assert harness.get(wina, "/v1/certificates").body["items"] == []
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "wina"})
    assert [each["participant"] for each in harness.get(wina, "/v1/certificates").body["items"]] == ["guest-1"]
    harness.post(RANI, f"{held}/attendance", {"person": "wina", "session": "s4"})
    assert harness.post(RANI, f"{held}/certificates").body["issued"] == 0


def test_sessions_attended_as_a_guest_and_as_a_member_count_together(harness: EventsHarness, held: str) -> None:
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "budi"})
    harness.post(RANI, f"{held}/complete")
    assert harness.post(RANI, f"{held}/certificates").body["issued"] == 2
    (own,) = harness.get(BUDI, "/v1/certificates").body["items"]
    assert (own["participant"], own["guest"], own["attended"]) == ("budi", False, 3)


def test_a_revoked_certificate_says_so_and_why(harness: EventsHarness, held: str) -> None:
    harness.post(RANI, f"{held}/complete")
    harness.post(RANI, f"{held}/certificates")
    code = harness.get(ANI, "/v1/certificates").body["items"][0]["code"]
    path = f"/v1/certificates/{code}"
    for actor, status in ((ANONYMOUS, 401), (ANI, 403), (BIMA, 403)):
        assert harness.post(actor, f"{path}/revocation", {"reason": "salah orang"}).status == status
    harness.clock.advance(timedelta(days=1))
    assert harness.post(RANI, f"{path}/revocation", {"reason": "salah orang"}).body["valid"] is False
    public = harness.get(ANONYMOUS, path).body
    assert (public["valid"], public["revoked"]) == (False, {"at": "2026-03-11T06:00:00Z", "reason": "salah orang"})
    assert harness.get(ANI, "/v1/certificates").body["items"][0]["valid"] is False
    harness.application.core.vault.destroy("ani")
    assert harness.get(ANONYMOUS, path).body["revoked"]["reason"] is None
