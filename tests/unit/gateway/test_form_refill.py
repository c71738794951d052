"""After a failed attempt the entered text is refilled, in the failed form only."""

import re

import pytest

from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import TOKEN, FakeAnswer
from tests.unit.gateway.sample_community import COORDINATOR, COORDINATORS_TOKEN, items, settle
from tests.unit.gateway.sample_consultations import settle_mentoring
from tests.unit.gateway.sample_lectures import LECTURE, POLL, WAITING
from tests.unit.gateway.test_mentorship_pages import case
from tests.unit.gateway.test_report import CASE, CODE, COUNTED

PROBLEM = {"Content-Type": "application/problem+json"}
DOWN = FakeAnswer({"title": "Unavailable", "status": 503}, 503, PROBLEM)
ANNOUNCEMENT = {
    "announcement": "n1", "title": "Gathering pindah", "text": "Hari Sabtu.", "state": "published", "revision": 1,
    "regions": ["kota-kediri"], "levels": None, "published": "2026-03-01T03:00:00+00:00",
    "at": "2026-03-01T03:00:00+00:00", "waiting": None, "people": 3, "above": 200,
}  # fmt: skip


@pytest.fixture
def member(harness, client):
    settle(harness)
    settle_mentoring(harness)
    browser = Browser(client)
    browser.log_in()
    return browser


@pytest.fixture
def coordinator(harness, client):
    settle(harness)
    settle_mentoring(harness)
    grants = COORDINATOR["grants"] | {"announcements.send": ["kota-kediri"]}
    harness.people[COORDINATORS_TOKEN] = COORDINATOR | {"grants": grants}
    browser = Browser(client)
    browser.log_in("wulan@contoh.id")
    return browser


def written(text, action):
    """The form with that action; a ``details`` element around it must be open."""
    before, _, form = text.partition(f'action="{action}"')
    return before[before.rfind("<details") :], form.partition("</form>")[0]


def test_a_failed_report_release_keeps_the_choices(harness, member):
    harness.mentoring.on("GET /v1/mentorships", items(CASE))
    harness.mentoring.on("GET /v1/mentorships/{mentorship}", FakeAnswer(CASE))
    harness.members.on("GET /v1/libraries/{library}", FakeAnswer({"library": "l1", "name": "SMAN 4"}))
    harness.members.on("GET /v1/competence", FakeAnswer(COUNTED))
    harness.mentoring.on("POST /v1/mentorships/{mentorship}/reports", DOWN)
    member.open("/laporan/perpustakaan/l1")
    form = member.form("/laporan/perpustakaan/l1/terbit")
    assert sum(name.startswith("part-") for name in form.fields) > 1
    form.fields = {name: form.fields[name] for name in ("_key", "_token")}
    member.send(form, **{"part-hours": "yes", "decision-budget": "yes"})
    again = member.form("/laporan/perpustakaan/l1/terbit").fields
    assert {name for name in again if name[0] != "_"} == {"part-hours", "decision-budget"}
    harness.mentoring.on("POST /v1/mentorships/{mentorship}/reports", FakeAnswer({"report": "r1", "code": CODE}, 201))
    member.submit("/laporan/perpustakaan/l1/terbit")
    assert harness.mentoring.calls("POST /v1/mentorships/{mentorship}/reports")[-1].document["parts"] == ["hours"]


def test_a_failed_note_does_not_refill_the_answer_form(harness, coordinator):
    harness.mentoring.on("POST /v1/consultations/{consultation}/notes", DOWN)
    coordinator.open("/konsultasi/c1")
    text = coordinator.submit("/konsultasi/c1/catat", text="Jangan diceritakan.")
    assert "Jangan diceritakan." not in written(text, "/konsultasi/c1/jawab")[1]
    details, form = written(text, "/konsultasi/c1/catat")
    assert "Jangan diceritakan." in form
    assert details.startswith("<details open")


def test_a_failed_correction_does_not_refill_the_announcement_form(harness, coordinator):
    harness.notifications.on("GET /v1/announcements", items(ANNOUNCEMENT))
    harness.notifications.on("POST /v1/announcements/{announcement}/correction", DOWN)
    coordinator.open("/pengumuman")
    text = coordinator.submit("/pengumuman/n1/ralat", title="Ralat", text="Hari Minggu.")
    details, form = written(text, "/pengumuman/n1/ralat")
    assert "Hari Minggu." in form
    assert 'value="Ralat"' in form
    assert details.startswith("<details open")
    assert "Hari Minggu." not in written(text, "/pengumuman")[1]


def test_only_the_failed_form_of_several_to_one_address_is_refilled(harness, coordinator):
    problem = {"count": 1, "author": None, "at": "2026-03-02T02:00:00Z", "topic": None, "into": None}
    both = [problem | {"problem": name, "text": f"Masalah {name}"} for name in ("p1", "p2")]
    harness.events.on("GET /v1/activities/{activity}/problems", items(*both))
    harness.events.on("POST /v1/activities/{activity}/problems/{problem}/topic", DOWN)
    coordinator.open("/pengurus/kegiatan/a1/masalah")
    first, second = (form for form in coordinator.forms if form.action.endswith("/masalah/topik"))
    coordinator.send(second, title="Barcode ganda")
    after_first, after_second = (form for form in coordinator.forms if form.action.endswith("/masalah/topik"))
    assert (after_first.fields["title"], after_second.fields["title"]) == ("", "Barcode ganda")
    assert after_second.fields["_key"] == second.fields["_key"]
    assert after_first.fields["_key"] != second.fields["_key"]
    assert first.fields["problem"] == after_first.fields["problem"] == "p1"


def test_a_failed_lecture_answer_is_refilled(harness, coordinator):
    harness.events.on("GET /v1/lectures/{lecture}", FakeAnswer(LECTURE | {"leads": True, "phase": "questions"}))
    question = WAITING | {"state": "next", "asker": "ani"}
    harness.events.on("GET /v1/activities/{activity}/questions", items(question))
    harness.events.on("POST /v1/activities/{activity}/questions/{question}/{step}", DOWN)
    coordinator.open("/pengurus/kuliah/l1")
    assert "Sepuluh baris." in coordinator.submit("/pengurus/kuliah/l1/tanya/q1", text="Sepuluh baris.")


def test_failed_backup_and_readiness_forms_keep_their_choices(harness, member):
    shown = case() | {"may": ["visit", "mentor"], "state": "open", "live_since": "2026-01-01T00:00:00Z", "window": None}
    harness.mentoring.on("GET /v1/mentorships/{mentorship}", FakeAnswer(shown))
    harness.mentoring.on("GET /v1/mentorships/{mentorship}/visits", items())
    for action in ("evidence", "readiness"):
        harness.mentoring.on(f"POST /v1/mentorships/{{mentorship}}/{action}", DOWN)
    member.open("/pendampingan/m1/bukti")
    text = member.submit("/pendampingan/m1/cadangan", ok="no")
    assert re.findall(r'name="ok" value="(\w+)" checked', text) == ["no"]
    member.open("/pendampingan/m1")
    form = next(form for form in member.forms if form.action.endswith("/kesiapan"))
    member.send(form, **{"present-power": "yes", "note-computers": "Satu rusak"})
    again = next(each for each in member.forms if each.action == form.action).fields
    assert (again["note-computers"], again.get("present-power"), "present-network" in again) == (
        "Satu rusak",
        "yes",
        False,
    )


def test_an_unticked_box_stays_unticked_after_a_failure(harness, member):
    harness.events.on("GET /v1/polls/{poll}", FakeAnswer(POLL))
    harness.events.on("POST /v1/polls/{poll}/votes", DOWN)
    member.open("/jajak/p1")
    form = member.form("/jajak/p1/suara")
    assert "option_2" in form.fields
    del form.fields["option_2"]
    member.send(form, option_1="yes")
    again = member.form("/jajak/p1/suara").fields
    assert ("option_1" in again, "option_2" in again) == (True, False)
    harness.notifications.on("PUT /v1/me/preferences", DOWN)
    member.open("/saya")
    form = member.form("/saya/pilihan")
    del form.fields["email"]
    member.send(form)
    assert "email" not in member.form("/saya/pilihan").fields


def test_the_resend_page_keeps_text_and_key_when_the_page_cannot_be_shown(harness, coordinator):
    harness.mentoring.on("POST /v1/consultations/{consultation}/answers", DOWN)
    coordinator.open("/konsultasi/c1")
    form = coordinator.form("/konsultasi/c1/jawab")
    harness.mentoring.on("GET /v1/consultations/{consultation}", DOWN)
    text = coordinator.send(form, text='Jawaban <b>panjang</b> & "lengkap"', public="yes")
    assert coordinator.page.status_code == 503
    assert "Jawaban &lt;b&gt;panjang&lt;/b&gt;" in text
    again = coordinator.form("/konsultasi/c1/jawab")
    assert again.fields["_key"] == form.fields["_key"]
    assert again.fields["public"] == "yes"
    harness.mentoring.on("POST /v1/consultations/{consultation}/answers", FakeAnswer({}, 201))
    harness.mentoring.on("GET /v1/consultations/{consultation}", lambda _asked: DOWN)
    coordinator.send(again, follow=False, text="Jawaban panjang")
    first, second = harness.mentoring.calls("POST /v1/consultations/{consultation}/answers")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert coordinator.page.status_code == 303


def test_text_of_a_form_from_another_site_is_not_shown(harness, coordinator):
    harness.mentoring.on("GET /v1/consultations/{consultation}", DOWN)
    coordinator.page = coordinator.client.post("/konsultasi/c1/jawab", data={"_key": "k", "text": "Bukan dari sini"})
    assert "Bukan dari sini" not in coordinator.text


def test_text_survives_a_login_that_expired_while_typing(harness, member):
    member.open("/topik/ajukan")
    form = member.form("/topik/ajukan")
    harness.people.pop(TOKEN)
    harness.members.on("POST /v1/members", FakeAnswer({}, 201))
    member.client.post("/v1/members", json={}, headers={"Idempotency-Key": "x"})  # any write: the gateway asks anew
    text = member.send(form, title="Masalah kami", details="Cerita panjang", region="kota-kediri")
    assert member.page.status_code == 401
    assert "Cerita panjang" in text
    again = member.form("/topik/ajukan")
    assert again.fields["region"] == "kota-kediri"
    stranger = Browser(member.client)
    stranger.client.cookies.clear()
    stranger.send(form, details="Cerita panjang")
    assert stranger.page.url.path == "/masuk"


def test_a_second_login_code_is_requested_with_a_new_key(harness, member):
    member.client.cookies.clear()
    member.open("/masuk")
    member.submit("/masuk/kode", contact="sari@contoh.id")
    member.submit("/masuk/kode")
    first, second = harness.members.calls("POST /v1/login/code")[-2:]
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]
