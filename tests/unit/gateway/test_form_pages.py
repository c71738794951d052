from tests.unit.gateway.harness import FakeAnswer
from tests.unit.gateway.sample_community import activity, items

REGISTER = "/kegiatan/a1/daftar"
PROBLEM = {"Content-Type": "application/problem+json"}


def test_joining_names_the_missing_fields(harness, visitor):
    harness.members.on("POST /v1/members", FakeAnswer({"member": "m"}, 201))
    visitor.open("/gabung")
    form = visitor.form("/gabung")
    assert set(form.fields) - {"_key", "_token"} == {"name", "email", "phone", "library", "subdistrict"}
    assert form.required == {"name", "library", "subdistrict"}
    visitor.send(form, name="Sari", library="SMA Contoh", subdistrict="kota-kediri/mojoroto")
    assert visitor.page.status_code == 400
    assert visitor.text.count('aria-invalid="true"') == 2
    visitor.submit("/gabung", name="Sari", library="SMA Contoh", subdistrict="kota-kediri/mojoroto", phone="0812")
    assert visitor.page.url.path == "/wilayah/kota-kediri"
    assert harness.members.calls("POST /v1/members")[0].document == {
        "name": "Sari", "library": "SMA Contoh", "phone": "0812", "region": "kota-kediri", "subdistrict": "mojoroto",
        "language": "id",
    }  # fmt: skip


def test_a_seat_is_released_by_one_form(harness, member):
    harness.events.on(
        "GET /v1/activities/{activity}/registrations",
        items({"activity": "a1", "person": "sari", "seat": "taken", "place": None}),
    )
    harness.events.on(
        "DELETE /v1/activities/{activity}/registrations/{person}", FakeAnswer({"released": True, "promoted": "budi"})
    )
    member.open("/kegiatan/a1")
    member.submit("/kegiatan/a1/batal")
    assert [
        asked.path for asked in harness.events.calls("DELETE /v1/activities/{activity}/registrations/{person}")
    ] == ["/v1/activities/a1/registrations/sari"]


def test_check_in_is_offered_around_the_activity_and_feedback_after_attendance(harness, member):
    assert "Kode hadir" not in member.open("/kegiatan/a1")
    now_on = activity(starts="2026-03-02T02:30:00+00:00", ends="2026-03-02T04:30:00+00:00")
    harness.events.on("GET /v1/activities/{activity}", FakeAnswer(now_on))
    harness.events.on("POST /v1/activities/{activity}/attendance", FakeAnswer({}, 201))
    member.open("/kegiatan/a1")
    member.submit("/kegiatan/a1/hadir", code=" lentera ")
    assert harness.events.calls("POST /v1/activities/{activity}/attendance")[0].document == {"code": "lentera"}
    harness.events.on(
        "GET /v1/participation/{person}",
        items(
            {
                "activity": "a1",
                "attended": True,
                "feedback": False,
                "seat": None,
                "title": "x",
                "starts": None,
                "state": None,
                "method": "code",
            }
        ),
    )
    harness.events.on("POST /v1/activities/{activity}/feedback", FakeAnswer({}, 201))
    member.open("/kegiatan/a1")
    member.submit("/kegiatan/a1/masukan", useful="5", understood="4")
    assert harness.events.calls("POST /v1/activities/{activity}/feedback")[0].document == {"useful": 5, "understood": 4}


def test_the_code_word_page_shows_the_word(harness, coordinator):
    harness.events.on(
        "POST /v1/activities/{activity}/attendance/code",
        FakeAnswer(
            {
                "activity": "a1",
                "word": "LENTERA",
                "from": "2026-03-14T01:30:00+00:00",
                "until": "2026-03-14T06:30:00+00:00",
            },
            201,
        ),
    )
    coordinator.open("/pengurus/kegiatan/a1/hadir")
    assert '<p class="word">LENTERA</p>' in coordinator.submit("/pengurus/kegiatan/a1/kode")


def test_a_partly_recorded_guest_is_completed_by_sending_again(harness, coordinator):
    harness.events.on("POST /v1/activities/{activity}/attendance", FakeAnswer({}, 201))
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({"title": "x", "status": 503}, 503, PROBLEM))
    address = "/pengurus/kegiatan/a1/tamu"
    coordinator.open("/pengurus/kegiatan/a1/hadir")
    assert "Tekan sekali lagi" in coordinator.submit(address, name="Pak Tamu", phone="0812")
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    assert coordinator.form(address).fields["name"] == "Pak Tamu"
    assert "Tamu tercatat." in coordinator.submit(address)
    guests = {asked.document["guest"] for asked in harness.events.calls("POST /v1/activities/{activity}/attendance")}
    assert len(guests) == 1
    assert {asked.path for asked in harness.members.calls("POST /v1/guests/{guest}")} == {f"/v1/guests/{guests.pop()}"}


def test_planning_sends_local_time_with_its_offset_and_no_fee(harness, coordinator):
    harness.events.on("POST /v1/activities", FakeAnswer({"activity": "a9"}, 201))
    coordinator.open("/pengurus/rencana/t1")
    coordinator.submit("/pengurus/rencana/t1", venue="v1", starts="2026-03-14T09:00", ends="2026-03-14T11:30")
    [asked] = harness.events.calls("POST /v1/activities")
    assert asked.document == {
        "kind": "gathering", "topic": "t1", "title": "Barcode ganda setelah impor data", "region": "kota-kediri", "venue": "v1",
        "starts": "2026-03-14T09:00:00+07:00", "ends": "2026-03-14T11:30:00+07:00", "capacity": 12,
    }  # fmt: skip
    assert coordinator.page.url.path == "/pengurus/kegiatan/a9"


def test_a_member_file_is_previewed_and_then_imported_unchanged(harness, coordinator):
    content = b"Nama,Email\nSari,sari@contoh.id\n"
    looked = {
        "import": None,
        "state": None,
        "rows": 2,
        "good": 1,
        "joined": 0,
        "known": 0,
        "different": 0,
        "done": 0,
        "bad": [{"row": 3, "reasons": ["Nama belum diisi."]}],
        "differences": [],
    }
    harness.members.on(
        "POST /v1/members/import",
        lambda asked: FakeAnswer(looked) if "dry_run=true" in asked.query else FakeAnswer({"import": "i1"}, 202),
    )
    harness.members.on("GET /v1/imports/{import}", FakeAnswer(looked | {"import": "i1", "state": "running", "done": 1}))
    coordinator.open("/pengurus/impor")
    text = coordinator.send(coordinator.form("/pengurus/impor"), files={"file": ("a.csv", content, "text/csv")})
    assert "Nama belum diisi." in text
    assert "Sedang berjalan" in coordinator.submit("/pengurus/impor/ambil")
    first, second = harness.members.calls("POST /v1/members/import")
    assert (first.query, second.query) == ("dry_run=true", "")
    assert first.body == second.body == content
    assert first.headers["content-type"] == "text/csv"
    harness.members.on(
        "GET /v1/imports/{import}", FakeAnswer(looked | {"import": "i1", "state": "finished", "done": 2})
    )
    assert "http-equiv" not in coordinator.open("/pengurus/impor/i1")
