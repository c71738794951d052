import pytest

from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import FakeAnswer
from tests.unit.gateway.sample_community import COORDINATOR, COORDINATORS_TOKEN, items, settle
from tests.unit.gateway.sample_consultations import LIBRARY, PUBLIC, answer, consultation, settle_mentoring

PATH = "/konsultasi/c1"
PROBLEM = {"Content-Type": "application/problem+json"}


@pytest.fixture
def visitor(harness, client):
    settle(harness)
    settle_mentoring(harness)
    grants = COORDINATOR["grants"] | {"consultations.answer": ["kota-kediri"]}
    harness.people[COORDINATORS_TOKEN] = COORDINATOR | {"grants": grants}
    harness.members.on("GET /v1/offices/{office}/holders", items({"holder": {"person": "mira", "name": "Mira Contoh"}}))
    return Browser(client)


@pytest.fixture
def owner(visitor):
    visitor.log_in("wulan@contoh.id")
    return visitor


def test_every_consultation_page_is_small_and_has_no_script(harness, owner):
    everything = consultation(
        state="answered", answers=[answer(), answer(number=2, public=True, text=None)], rating=3, rounds=2,
        reasons=[{"by": "sari", "text": "Macet lagi.", "at": "2026-03-02T02:00:00Z"}],
        notes=[{"by": "wulan", "text": "Sabar.", "at": "2026-03-02T02:00:00Z"}],
    )  # fmt: skip
    harness.mentoring.on("GET /v1/consultations/{consultation}", FakeAnswer(everything))
    for path in ("/tanya", "/tanya?tempat=SD+Contoh", "/tanya?region=nowhere", "/konsultasi", PATH):
        for language in ("", "lang=en"):
            text = owner.open(f"{path}{'&' if '?' in path else '?'}{language}")
            assert owner.page.status_code == 200, path
            assert len(text.encode()) < 30_000
            assert "<script" not in text


def test_a_visitor_finds_who_answers_for_a_school_and_asks(harness, visitor):
    text = visitor.open("/tanya?tempat=SD Contoh Trenggalek")
    assert "Hadi Contoh" in text
    assert "jabatan koordinator Trenggalek sedang kosong" in text
    assert "mysqldump" in text
    text = visitor.submit("/tanya/kirim", title="Dari mana mulai?", name="Tamu Contoh", email="tamu@contoh.id")
    assert visitor.page.status_code == 200
    assert "Pengurus komunitas bertanggung jawab" in text
    assert "Rabu, 4 Mar 2026" in text
    asked = harness.mentoring.calls("POST /v1/consultations")[0].document
    assert (asked["region"], asked["library"], asked["title"]) == ("trenggalek", LIBRARY["library"], "Dari mana mulai?")


def test_an_unknown_place_asks_for_the_region(harness, visitor):
    harness.members.on("GET /v1/libraries", items())
    harness.members.on("GET /v1/libraries/{library}", FakeAnswer({"status": 404}, 404, PROBLEM))
    text = visitor.open("/tanya?tempat=Bulan")
    assert "belum kami kenal" in text
    assert "Hadi Contoh" in text
    text = visitor.submit("/tanya/kirim", title="Halo", region="kota-kediri", name="Tamu")
    assert visitor.page.status_code == 400
    assert 'value="Halo"' in text
    assert harness.mentoring.calls("POST /v1/consultations") == []
    visitor.submit("/tanya/kirim", title="Halo", region="kota-kediri", name="Tamu", phone="081200000000")
    assert harness.mentoring.calls("POST /v1/consultations")[0].document["library_name"] == "Bulan"


def test_the_page_shows_the_rest_when_a_service_is_down(harness, visitor):
    harness.events.down()
    harness.mentoring.down()
    text = visitor.open("/tanya?region=kota-kediri")
    assert "Wulan Contoh" in text
    assert "sedang tidak bisa dimuat" in text


def test_a_member_asks_without_a_contact_and_sees_the_consultation(harness, visitor):
    visitor.log_in()
    harness.mentoring.on("GET /v1/consultations/{consultation}", FakeAnswer(consultation(role="asker", asker="sari")))
    visitor.open("/tanya?region=kota-kediri")
    assert "email" not in visitor.form("/tanya/kirim").fields
    text = visitor.submit("/tanya/kirim", title="Halo")
    assert visitor.page.url.path == PATH
    assert "Wulan Contoh" in text
    assert "Catatan sesama pengurus" not in text


def test_the_owner_answers_notes_holds_publishes_and_hands_over(harness, owner):
    text = owner.open("/konsultasi")
    assert "Tanggung jawab Anda" in text
    for action in ("answers", "notes", "hold", "assignment", "resolution"):
        harness.mentoring.on(f"POST /v1/consultations/{{consultation}}/{action}", FakeAnswer({}, 201))
    harness.mentoring.on("POST /v1/consultations/{consultation}/answers/{number}/publication", FakeAnswer({}))
    owner.open(PATH)
    owner.submit(f"{PATH}/jawab", text="Begini caranya.", public="yes")
    owner.submit(f"{PATH}/catat", text="Sudah ditelepon.")
    owner.submit(f"{PATH}/tunda", until="2026-03-20")
    owner.submit(f"{PATH}/serahkan", owner="mira")
    harness.mentoring.on(
        "GET /v1/consultations/{consultation}", FakeAnswer(consultation(state="answered", answers=[answer()]))
    )
    owner.open(PATH)
    owner.submit(f"{PATH}/terbitkan")
    owner.submit(f"{PATH}/selesai")
    sent = {
        call.path.rpartition("c1/")[2]: call.document for call in harness.mentoring.received if call.method == "POST"
    }
    assert sent == {
        "answers": {"text": "Begini caranya.", "public": True},
        "notes": {"text": "Sudah ditelepon."},
        "hold": {"until": "2026-03-20T07:00:00+07:00"},
        "assignment": {"owner": "mira"},
        "answers/1/publication": {},
        "resolution": {},
    }


def test_the_owner_promotes_a_consultation_to_a_mentorship(harness, owner):
    harness.mentoring.on("POST /v1/consultations/{consultation}/promotion", FakeAnswer({"mentorship": "m1"}, 201))
    owner.open(PATH)
    owner.send(owner.form(f"{PATH}/dampingi"), follow=False, library=LIBRARY["library"])
    assert owner.page.headers["location"].startswith("/pendampingan/m1")
    assert harness.mentoring.calls("POST /v1/consultations/{consultation}/promotion")[0].document == {
        "library": LIBRARY["library"]
    }


@pytest.mark.parametrize("readable", [True, False])
def test_an_asker_is_led_from_the_promoted_consultation_to_the_case(harness, visitor, readable):
    promoted = consultation(role="asker", state="promoted", mentorship="m1")
    harness.mentoring.on("GET /v1/consultations/{consultation}", FakeAnswer(promoted))
    case = FakeAnswer({"mentorship": "m1"}) if readable else FakeAnswer({"status": 404}, 404, PROBLEM)
    harness.mentoring.on("GET /v1/mentorships/{mentorship}", case)
    visitor.log_in()
    text = visitor.open(PATH)
    assert promoted["title"] in text
    assert ('href="/pendampingan/m1"' in text) is readable
    assert ("Lihat pendampingannya" in text) is readable
    assert "Belum ada jawaban" not in text


def test_the_asker_rates_and_reopens_a_consultation(harness, visitor):
    visitor.log_in()
    for action in ("resolution", "reopening"):
        harness.mentoring.on(f"POST /v1/consultations/{{consultation}}/{action}", FakeAnswer({}))
    answered = consultation(role="asker", state="answered", answers=[answer()])
    harness.mentoring.on("GET /v1/consultations/{consultation}", FakeAnswer(answered))
    visitor.open(PATH)
    visitor.submit(f"{PATH}/selesai", rating="4")
    harness.mentoring.on(
        "GET /v1/consultations/{consultation}", FakeAnswer(answered | {"state": "resolved", "rating": 4})
    )
    visitor.open(PATH)
    visitor.submit(f"{PATH}/buka", reason="Macet lagi.")
    assert harness.mentoring.calls("POST /v1/consultations/{consultation}/resolution")[0].document == {"rating": 4}
    assert harness.mentoring.calls("POST /v1/consultations/{consultation}/reopening")[0].document == {
        "reason": "Macet lagi."
    }


def test_a_visitor_reads_a_public_answer_and_needs_a_login_to_share(harness, visitor):
    harness.mentoring.on("GET /v1/consultations/{consultation}", FakeAnswer(PUBLIC))
    text = visitor.open("/konsultasi/c2")
    assert "mysqldump" in text
    assert "3 orang mengalami hal yang sama" in text
    assert "/masuk?lanjut=/konsultasi/c2" in text
    assert "Penanggung jawab" not in text
    visitor.log_in()
    harness.mentoring.on("POST /v1/consultations/{consultation}/me-too", FakeAnswer({}, 201))
    visitor.open("/konsultasi/c2")
    visitor.submit("/konsultasi/c2/sama")
    assert len(harness.mentoring.calls("POST /v1/consultations/{consultation}/me-too")) == 1


def test_a_refusal_is_a_sentence_on_the_consultation_page(harness, owner):
    refused = FakeAnswer(
        {"title": "A rule forbids this", "status": 422, "rule": "consultation-is-closed"}, 422, PROBLEM
    )
    harness.mentoring.on("POST /v1/consultations/{consultation}/answers", refused)
    owner.open(PATH)
    assert "Penanya bisa membukanya lagi" in owner.submit(f"{PATH}/jawab", text="Terlambat.")
    assert "Terlambat." in owner.text
