from urllib.parse import parse_qs

import pytest

from tests.unit.gateway.harness import FakeAnswer, bearer
from tests.unit.gateway.sample_community import activity, items, settle
from tests.unit.gateway.sample_consultations import LIBRARY, settle_mentoring

PROBLEM = {"Content-Type": "application/problem+json"}
QUESTION = {"region": "trenggalek", "title": "Dari mana saya mulai?"}
GUEST = {"name": "Tamu Contoh", "email": "tamu@contoh.id"}


@pytest.fixture
def asked(harness, client):
    settle(harness)
    settle_mentoring(harness)

    def ask(**query):
        answer = client.get("/v1/ask", params=query)
        assert answer.status_code == 200
        return answer.json()

    return ask


def consult(client, key="k1", headers=None, **given):
    return client.post("/v1/ask", json=given, headers={"Idempotency-Key": key, **(headers or {})})


def test_a_region_names_its_coordinator_activities_and_questions(asked):
    found = asked(region="kota-kediri")
    assert found["answers"] == {
        "office": "regional-coordinator", "person": "wulan", "name": "Wulan Contoh", "why": "region", "through": "/v1/ask",
    }  # fmt: skip
    assert [activity["activity"] for activity in found["activities"]["near"]] == ["a1", "a2"]
    assert [(item["title"], item["me_too"]) for item in found["asked"]] == [
        ("Label buku tidak pas di kertas stiker", 3)
    ]
    assert "mysqldump" in found["asked"][0]["answer"]
    assert [item["title"] for item in found["materials"]] == ["Lembar kerja barcode"]
    assert found["warnings"] == []


def test_a_running_activity_is_listed_and_an_ended_one_is_not(harness, asked):
    begun = [
        activity(activity=name, starts=f"2026-03-02T0{hour}:00:00+00:00", ends=f"2026-03-02T0{hour + 2}:00:00+00:00")
        for name, hour in (("ended", 0), ("runs", 2))  # it is 03:00
    ]
    ahead = [
        activity(activity=f"a{n}", starts=f"2026-03-1{n}T02:00:00+00:00", ends=f"2026-03-1{n}T04:00:00+00:00")
        for n in range(4)
    ]
    harness.events.on("GET /v1/activities", items(*begun, *ahead))
    found = asked(region="kota-kediri")["activities"]
    assert [item["activity"] for item in found["near"]] == ["runs", "a0", "a1"]
    queries = {parse_qs(call.query)["from"][0] for call in harness.events.calls("GET /v1/activities")}
    assert queries == {"2026-02-27T03:00:00+00:00"}


def test_a_librarys_name_or_id_leads_to_its_region_and_a_vacant_office_to_the_board(harness, asked):
    for library in ("sd contoh trenggalek", LIBRARY["library"]):
        found = asked(library=library)
        assert (found["place"]["known"], found["place"]["library"]) == (True, LIBRARY["library"])
        assert (found["region"]["name"], found["coordinator"]) == ("Trenggalek", None)
        assert (found["answers"]["name"], found["answers"]["why"]) == ("Hadi Contoh", "board")
    harness.members.on("GET /v1/libraries/{library}", FakeAnswer({"status": 404}, 404, PROBLEM))
    assert asked(library="blitar")["place"]["library"] == LIBRARY["library"]


def test_a_place_name_leads_to_the_stand_in(harness, asked):
    harness.members.on("GET /v1/libraries", items())
    harness.members.on("GET /v1/libraries/{library}", FakeAnswer({"status": 404}, 404, PROBLEM))
    assert asked(library="Kota Blitar")["answers"]["why"] == "stand-in"
    assert asked(library="sebuah SD di Kota Blitar")["region"]["region"] == "kota-blitar"
    assert asked(library="TBM Pelita Blitar")["region"]["region"] == "kota-blitar"
    assert asked(library="SD Negeri Kediri")["region"] is None  # town or district?
    assert asked(library="Pesantren")["region"]["region"] == "kota-kediri"


def test_an_unknown_place_is_answered_by_the_board(harness, asked):
    harness.members.on("GET /v1/libraries", items())
    for query in ({"library": "Perpustakaan di Bulan"}, {"region": "nowhere"}, {"library": "!"}, {}):
        found = asked(**query)
        assert (found["place"]["known"], found["region"]) == (False, None)
        assert (found["answers"]["name"], found["answers"]["office"]) == ("Hadi Contoh", "coordinator")
        assert found["activities"]["elsewhere"]
        assert found["articles"]


def test_several_libraries_of_that_name_are_offered(harness, asked):
    other = {**LIBRARY, "library": "b", "name": "SD Contoh Blitar", "region": "kota-blitar"}
    harness.members.on("GET /v1/libraries", items(LIBRARY, other))
    found = asked(library="SD Contoh")
    assert [library["name"] for library in found["libraries"]] == ["SD Contoh Trenggalek", "SD Contoh Blitar"]
    assert found["place"]["library"] is None
    assert found["answers"]["person"] == "hadi"


@pytest.mark.parametrize("down", ["members", "events", "mentoring"])
def test_the_answer_is_never_empty_when_services_are_down(harness, asked, down):
    harness.services[down].down()
    found = asked(library="kota kediri")
    assert found["answers"]["office"]
    assert found["warnings"]
    missing = {"members": found["coordinator"], "events": found["activities"]["near"], "mentoring": found["asked"]}
    assert missing[down] is None


def test_invalid_ask_input_names_the_field(client):
    assert client.get("/v1/ask", params={"library": "x" * 201}).status_code == 400
    assert client.get("/v1/ask", params={"school": "x"}).json()["errors"] == {"school": ["Unknown field."]}
    assert client.delete("/v1/ask").status_code == 405


def test_a_guests_question_and_contact_are_stored_under_one_id(harness, client):
    settle_mentoring(harness)
    answer = consult(client, **QUESTION, **GUEST)
    assert (answer.status_code, answer.json()["owner"]) == (201, "hadi")
    noted = harness.members.calls("POST /v1/guests/{guest}")[0]
    question = harness.mentoring.calls("POST /v1/consultations")[0]
    assert noted.document == GUEST
    assert question.document == {**QUESTION, "guest": noted.path.rpartition("/")[2]}
    assert (question.actor.kind, question.actor.id) == ("anonymous", question.document["guest"])


def test_a_repeated_guest_question_has_the_same_id(harness, client):
    settle_mentoring(harness)
    for _ in range(2):
        consult(client, **QUESTION, **GUEST)
        client.cookies.clear()
    consult(client, **QUESTION, **GUEST | {"email": "lain@contoh.id"})
    first, again, other = harness.mentoring.calls("POST /v1/consultations")
    assert first.document == again.document != other.document
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]


def test_a_guest_question_without_a_contact_is_refused(harness, client):
    settle_mentoring(harness)
    assert list(consult(client, **QUESTION).json()["errors"]) == ["name"]
    assert list(consult(client, **QUESTION, name="Tamu").json()["errors"]) == ["email"]
    refused = FakeAnswer({"status": 400, "errors": {"email": ["Not an address."]}}, 400, PROBLEM)
    harness.members.on("POST /v1/guests/{guest}", refused)
    assert consult(client, **QUESTION, **GUEST).status_code == 400
    assert harness.mentoring.received == []


def test_while_members_is_down_the_question_is_taken_with_a_warning(harness, client):
    settle_mentoring(harness)
    harness.members.down()
    answer = consult(client, **QUESTION, **GUEST)
    assert answer.status_code == 201
    assert [warning["part"] for warning in answer.json()["warnings"]] == ["guest"]


def test_a_members_question_carries_their_identity(harness, client):
    settle_mentoring(harness)
    assert consult(client, headers=bearer(), **QUESTION).status_code == 201
    assert harness.members.calls("POST /v1/guests/{guest}") == []
    question = harness.mentoring.calls("POST /v1/consultations")[0]
    assert (question.actor.id, question.document) == ("sari", QUESTION)
