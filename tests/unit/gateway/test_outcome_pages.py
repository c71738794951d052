"""The pages of workshops, problems, materials and certificates, and the gateway's own limits on them."""

from itertools import count

import pytest

from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import TOKEN, FakeAnswer, bearer
from tests.unit.gateway.sample_community import activity, items, settle

PROBLEM = {"Content-Type": "application/problem+json"}
CODE = "7K3F-9QXM-2D5T"
SESSIONS = [
    {"id": f"s{n}", "title": title, "starts": f"2026-03-0{n + 1}T02:00:00Z", "ends": f"2026-03-0{n + 1}T05:00:00Z", "speaker": None}
    for n, title in enumerate(("Klasifikasi", "SLiMS"), start=1)
]  # fmt: skip
SPEAKER = {
    "person": "dosen", "role": "speaker", "category": "academic", "from_board": False, "competence": "Klasifikasi DDC",
    "name": "Dr. Contoh", "rules": {"version": 1, "speakers": "board"},
}  # fmt: skip
WORKSHOP = {
    "kind": "workshop", "topic": None, "title": "Workshop pengolahan", "sessions": SESSIONS, "open": True, "levels": ["secondary"],
    "speakers": [SPEAKER], "guide": None, "starts": SESSIONS[0]["starts"], "ends": SESSIONS[1]["ends"],
}  # fmt: skip
CERTIFICATE = {
    "valid": True, "revoked": None, "activity": "a1", "title": "Workshop pengolahan", "kind": "workshop",
    "starts": SESSIONS[0]["starts"], "ends": SESSIONS[1]["ends"], "hours": 6.0, "sessions": 2, "attended": 2, "rules": 1,
    "issued": "2026-03-04T05:00:00Z",
}  # fmt: skip
OWN = {**CERTIFICATE, "code": CODE, "participant": "sari", "guest": False}
DOCUMENT = {"problem": "p1", "text": "Barcode ganda", "count": 2, "mine": False, "author": None, "into": None, "topic": None, "at": SESSIONS[0]["starts"]}  # fmt: skip
MATERIAL = {
    "material": "m1", "activity": "a1", "title": "Ringkasan DDC", "url": "https://contoh.id/ddc", "text": None,
    "licence": "cc-by", "visibility": "public", "topic": None, "region": "kota-kediri", "at": SESSIONS[0]["starts"],
}  # fmt: skip


@pytest.fixture
def visitor(harness, client):
    settle(harness)
    harness.events.on("GET /v1/activities/{activity}", FakeAnswer(activity(**WORKSHOP)))
    harness.events.on("GET /v1/activities/{activity}/problems", items(DOCUMENT))
    harness.events.on("GET /v1/materials", items(MATERIAL))
    return Browser(client)


def test_a_workshop_shows_its_agenda_speakers_levels_and_materials(visitor):
    text = visitor.open("/kegiatan/a1")
    for word in (
        "Klasifikasi DDC",
        "Dr. Contoh",
        "akademisi",
        "pendidikan menengah",
        "SLiMS",
        "Ringkasan DDC",
        "CC BY",
    ):
        assert word in text
    assert len(text.encode()) < 30_000


def test_outcome_pages_are_small(harness, visitor):
    harness.events.on("GET /v1/certificates/{code}", FakeAnswer(CERTIFICATE))
    harness.events.on("GET /v1/certificates", items(OWN))
    visitor.log_in("wulan@contoh.id")
    desk = "/pengurus/kegiatan/a1"
    for state in ("planned", "published", "completed"):
        harness.events.on("GET /v1/activities/{activity}", FakeAnswer(activity(**WORKSHOP, state=state)))
        for path in (desk, f"{desk}/masalah", f"{desk}/sertifikat", f"{desk}/hadir", "/kegiatan/a1"):
            text = visitor.open(path)
            assert visitor.page.status_code == 200, path
            assert len(text.encode()) < 30_000
            assert "<script" not in text
    for path in ("/pengurus/workshop", "/materi", "/materi?cari=ddc", f"/sertifikat/{CODE}", "/saya"):
        assert len(visitor.open(path).encode()) < 30_000
        assert visitor.page.status_code == 200, path


def test_a_guest_registers_on_the_page(harness, visitor):
    harness.events.on(
        "GET /v1/activities/{activity}", FakeAnswer(activity(**WORKSHOP | {"starts": "2026-03-09T02:00:00Z"}))
    )
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    harness.events.on("POST /v1/activities/{activity}/registrations", FakeAnswer({"seat": "taken", "place": None}, 201))
    visitor.open("/kegiatan/a1")
    assert "Sampai bertemu" in visitor.submit("/kegiatan/a1/daftar-tamu", name="Bu Tamu", email="tamu@contoh.id")
    [noted] = harness.members.calls("POST /v1/guests/{guest}")
    [seat] = harness.events.calls("POST /v1/activities/{activity}/registrations")
    assert noted.document == {"name": "Bu Tamu", "email": "tamu@contoh.id"}
    assert seat.document == {"guest": noted.path.rpartition("/")[2]}


def test_a_registered_guest_is_recorded_as_a_guest(harness, visitor):
    seats = [
        {"activity": "a1", "person": who, "seat": "taken", "place": None, "guest": who == "g1"}
        for who in ("ani", "g1", "g2")
    ]
    there = {
        "person": None,
        "guest": "g2",
        "state": "present",
        "method": "walk-in",
        "sessions": ["s1"],
        "at": SESSIONS[0]["starts"],
        "by": None,
    }
    harness.events.on("GET /v1/activities/{activity}/registrations", items(*seats))
    harness.events.on("GET /v1/activities/{activity}/attendance", items(there))
    harness.events.on("POST /v1/activities/{activity}/attendance", FakeAnswer({}, 201))
    visitor.log_in("wulan@contoh.id")
    here = "/pengurus/kegiatan/a1/hadir"
    text = visitor.open(here)
    assert 'value="g2"' not in text
    visitor.submit(here, guest="g1", session="s2")
    visitor.open(here)
    visitor.submit(here, person="ani", state="excused", session="s2")
    asked = harness.events.calls("POST /v1/activities/{activity}/attendance")
    assert [each.document for each in asked] == [
        {"guest": "g1", "session": "s2"},
        {"person": "ani", "state": "excused"},
    ]


def register(client, key="k", **contact):
    headers = {"Idempotency-Key": key, **bearer()}
    return client.post("/v1/activities/a1/guest-registrations", json=contact, headers=headers)


def test_no_contact_is_stored_for_a_guest_without_a_seat(harness, visitor, client):
    harness.events.on("GET /v1/activities/{activity}", FakeAnswer(activity()))
    refused = FakeAnswer({"title": "no", "status": 422, "rule": "members-only"}, 422, PROBLEM)
    harness.events.on("POST /v1/activities/{activity}/registrations", refused)
    answer = register(client, name="Bu Tamu", email="tamu@contoh.id")
    assert (answer.status_code, answer.json()["rule"]) == (422, "members-only")
    assert not harness.members.calls("POST /v1/guests/{guest}")


def test_a_repeated_guest_registration_stores_the_missing_contact(harness, visitor, client):
    harness.events.on("POST /v1/activities/{activity}/registrations", FakeAnswer({"seat": "line", "place": 2}, 201))
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 503))
    first = register(client, name="Bu Tamu", phone="0812")
    assert (first.status_code, first.json()["place"]) == (201, 2)
    assert [warning["part"] for warning in first.json()["warnings"]] == ["guest"]
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    again = register(client, name="Bu Tamu", phone="0812").json()
    assert (again["guest"], again["warnings"]) == (first.json()["guest"], [])
    for wrong in ({}, {"name": "Bu Tamu"}, {"phone": "0812"}, {"name": "x", "phone": "1", "nik": "2"}):
        assert register(client, **wrong).status_code == 400


def test_a_problem_is_reported_with_or_without_a_name(harness, visitor):
    harness.events.on("POST /v1/activities/{activity}/problems", FakeAnswer({"problem": "p"}, 201))
    visitor.open("/kegiatan/a1")
    assert "Terima kasih sudah menceritakannya" in visitor.submit("/kegiatan/a1/masalah", text="Barcode ganda")
    visitor.log_in()
    visitor.open("/kegiatan/a1")
    visitor.submit("/kegiatan/a1/masalah", text="Barcode ganda")
    visitor.open("/kegiatan/a1")
    visitor.submit("/kegiatan/a1/masalah", text="Barcode ganda", anonymous="yes")
    sent = [asked.document["anonymous"] for asked in harness.events.calls("POST /v1/activities/{activity}/problems")]
    assert sent == [True, False, True]


def test_planners_merge_problems_and_make_topics(harness, visitor):
    other = {**DOCUMENT, "problem": "p2", "text": "Barcode dobel", "author": "ani"}
    harness.events.on("GET /v1/activities/{activity}/problems", items(DOCUMENT, other))
    for what in ("merge", "topic"):
        harness.events.on(f"POST /v1/activities/{{activity}}/problems/{{problem}}/{what}", FakeAnswer({}, 201))
    visitor.log_in("wulan@contoh.id")
    here = "/pengurus/kegiatan/a1/masalah"
    assert "Ani Contoh" in visitor.open(here)
    visitor.submit(here, problem="p2", into="p1")
    visitor.open(here)
    visitor.submit(f"{here}/topik", problem="p1", title="Barcode ganda")
    [merged] = harness.events.calls("POST /v1/activities/{activity}/problems/{problem}/merge")
    [made] = harness.events.calls("POST /v1/activities/{activity}/problems/{problem}/topic")
    assert (merged.document, made.document) == ({"into": "p1"}, {"title": "Barcode ganda"})


def test_a_workshop_is_planned_with_sessions(harness, visitor):
    harness.events.on("POST /v1/activities", FakeAnswer({"activity": "a1"}, 201))
    visitor.log_in("wulan@contoh.id")
    visitor.open("/pengurus/workshop")
    rows = {"title-1": "Klasifikasi", "starts-1": "2026-03-14T09:00", "ends-1": "2026-03-14T12:00"}
    about = {"title": "Workshop", "venue": "v1", "level-higher": "yes", "unit-b-slims": "yes", "open": "yes"}
    visitor.submit("/pengurus/workshop", **about, **rows, **{"title-2": "Setengah"})
    assert not harness.events.calls("POST /v1/activities")
    visitor.submit("/pengurus/workshop", **about, **rows, **{"title-2": ""})
    [asked] = harness.events.calls("POST /v1/activities")
    assert asked.document["sessions"] == [
        {"title": "Klasifikasi", "starts": "2026-03-14T09:00:00+07:00", "ends": "2026-03-14T12:00:00+07:00"}
    ]
    assert (asked.document["levels"], asked.document["units"], asked.document["open"]) == (
        ["higher"],
        ["b-slims"],
        True,
    )


def test_a_certificate_code_shows_validity_without_a_name(harness, visitor):
    harness.events.on("GET /v1/certificates/{code}", FakeAnswer(CERTIFICATE))
    text = visitor.open(f"/sertifikat/{CODE}")
    assert "asli dan berlaku" in text
    assert "data:image/svg+xml" in text
    assert "Sari" not in text
    revoked = {"valid": False, "revoked": {"at": "2026-03-05T02:00:00Z", "reason": "salah orang"}}
    harness.events.on("GET /v1/certificates/{code}", FakeAnswer(CERTIFICATE | revoked))
    text = visitor.open(f"/sertifikat/{CODE}")
    assert "sudah dicabut" in text
    assert "salah orang" in text


def test_only_the_holder_gets_the_certificate_pdf(harness, visitor):
    paper = f"/sertifikat/{CODE}.pdf"
    visitor.open(paper)
    assert visitor.page.url.path == "/masuk"
    visitor.log_in()
    visitor.open(paper)
    assert visitor.page.status_code == 404
    harness.events.on("GET /v1/certificates", items(OWN))
    visitor.open(paper)
    assert (visitor.page.status_code, visitor.page.headers["content-type"]) == (200, "application/pdf")
    assert visitor.page.content.startswith(b"%PDF")
    harness.events.on("GET /v1/certificates", items(OWN | {"valid": False}))
    visitor.open(paper)
    assert visitor.page.status_code == 404


def test_certificate_checks_are_rate_limited(harness, visitor, client):
    harness.events.on("GET /v1/certificates/{code}", FakeAnswer({"status": 404}, 404, PROBLEM))
    statuses = [client.get(f"/v1/certificates/{n}").status_code for n in range(130)]
    assert statuses[0] == 404
    assert statuses.count(429) > 1
    # One request per second is allowed again, and may be this one. The page uses the same bucket.
    pages = [client.get(f"/sertifikat/{CODE}", headers={"Accept": "text/html"}).status_code for _ in range(20)]
    assert pages.count(429) > 1


KEYS = count()


def say(client, word, path="/v1/activities/a1/attendance", token=TOKEN):
    headers = {"Idempotency-Key": f"key-{next(KEYS)}", **bearer(token)}
    return client.post(path, json={"code": word}, headers=headers).status_code


def test_only_wrong_code_words_are_rate_limited(harness, visitor, client):
    def judge(asked):
        right = asked.document.get("code") == "melati 4821" or "person" in asked.document
        return FakeAnswer({}, 201) if right else FakeAnswer({"status": 422, "rule": "wrong-code-word"}, 422, PROBLEM)

    harness.events.on("POST /v1/activities/{activity}/attendance", judge)
    assert {say(client, "melati 4821") for _ in range(30)} == {201}
    assert [say(client, f"melati {n}") for n in range(11)] == [422] * 10 + [429]
    assert say(client, "melati 4821") == 429
    assert say(client, "melati 1", "/v1/activities/a2/attendance") == 422
    assert say(client, "melati 1", token="token-of-wulan") == 422
    ticked = client.post(
        "/v1/activities/a1/attendance", json={"person": "ani"}, headers={"Idempotency-Key": "t", **bearer()}
    )
    assert ticked.status_code == 201
