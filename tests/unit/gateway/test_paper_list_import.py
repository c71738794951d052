import pytest

from gateway.composed.paper_list_import import ROWS, parse_rows
from services.kernel.base.problem import Malformed
from tests.unit.gateway.harness import FakeAnswer, bearer

PATH = "/v1/activities/a1/walk-ins/import"
LIST = "Nama;Email;HP;Tanda tangan\nBu Tamu;tamu@contoh.id;;ttd\n\nPak Tamu;;0812;\n".encode("utf-8-sig")


@pytest.fixture
def services(harness):
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    harness.events.on("POST /v1/activities/{activity}/attendance", FakeAnswer({}, 201))
    return harness


def send(client, body=LIST):
    return client.post(PATH, content=body, headers={"Content-Type": "text/csv", "Idempotency-Key": "k1", **bearer()})


def test_each_row_of_a_paper_list_is_a_walk_in(services, client):
    answer = send(client)
    assert (answer.status_code, answer.json()) == (
        200,
        {"rows": 2, "recorded": 2, "without_contact": 0, "problems": []},
    )
    noted = services.members.calls("POST /v1/guests/{guest}")
    assert sorted(str(asked.document) for asked in noted) == sorted(
        map(str, ({"name": "Bu Tamu", "email": "tamu@contoh.id"}, {"name": "Pak Tamu", "phone": "0812"}))
    )


def test_a_paper_list_sent_again_adds_nobody(services, client):
    send(client)
    send(client, b"name,email\nBU TAMU,Tamu@contoh.id\n")
    guests = [asked.document["guest"] for asked in services.events.calls("POST /v1/activities/{activity}/attendance")]
    assert len(guests) == 3
    assert len(set(guests)) == 2


def test_a_corrected_contact_in_a_paper_list_is_the_same_guest(services, client):
    bad = FakeAnswer({"title": "no", "status": 400}, 400, {"Content-Type": "application/problem+json"})
    services.members.on(
        "POST /v1/guests/{guest}", lambda asked: bad if "email" in asked.document else FakeAnswer({}, 201)
    )
    assert send(client, b"nama,email\nBu Tamu,tamu@contoh\n").json()["without_contact"] == 1
    services.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    assert send(client, b"nama,email\nBu  Tamu,tamu@contoh.id\n").json()["without_contact"] == 0
    calls = services.events.calls("POST /v1/activities/{activity}/attendance")
    assert len({asked.document["guest"] for asked in calls}) == 1


def test_two_rows_with_one_name_are_two_guests(services, client):
    for _ in range(2):
        assert send(client, b"nama\nSiti Aminah\nSiti Aminah\nBudi\n").json()["recorded"] == 3
    calls = services.events.calls("POST /v1/activities/{activity}/attendance")
    assert len({asked.document["guest"] for asked in calls}) == 3


def test_a_paper_list_needs_an_idempotency_key(services, client):
    answer = client.post(PATH, content=LIST, headers={"Content-Type": "text/plain", **bearer()})
    assert (answer.status_code, services.events.received, services.members.calls("POST /v1/guests/{guest}")) == (
        400,
        [],
        [],
    )
    document = client.get("/openapi.json").json()["paths"]["/v1/activities/{activity}/walk-ins/import"]["post"]
    assert {"Idempotency-Key"} <= {each["name"] for each in document["parameters"] if each["required"]}


def test_problems_of_a_paper_list_are_reported_by_row(services, client):
    bad = FakeAnswer(
        {"title": "no", "status": 400, "detail": "not an address"}, 400, {"Content-Type": "application/problem+json"}
    )
    services.members.on(
        "POST /v1/guests/{guest}", lambda asked: bad if "email" in asked.document else FakeAnswer({}, 201)
    )
    answer = send(client).json()
    assert (answer["recorded"], answer["without_contact"]) == (2, 1)
    assert answer["problems"] == [{"row": 1, "status": 400, "detail": "not an address"}]
    forbidden = FakeAnswer({"title": "no", "status": 403}, 403, {"Content-Type": "application/problem+json"})
    services.members.on("POST /v1/guests/{guest}", forbidden)
    services.events.on("POST /v1/activities/{activity}/attendance", forbidden)
    assert send(client).status_code == 403
    assert client.post(PATH, content=LIST).status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"email\na@contoh.id\n", b"name,email\n,a@contoh.id\n", b"name\n\xff\n", b"name\n" + b"x\n" * (ROWS + 1)],
    ids=["nothing", "no names", "a row without a name", "not text", "too many"],
)
def test_a_file_that_is_no_paper_list_is_refused(body):
    with pytest.raises(Malformed):
        parse_rows(body)
