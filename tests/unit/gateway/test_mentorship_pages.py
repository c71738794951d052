"""The pages of a mentorship: what they show, and what their forms send."""

from typing import Any

import pytest

from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import FakeAnswer
from tests.unit.gateway.sample_community import COORDINATOR, COORDINATORS_TOKEN, items, settle

HERE = "/pendampingan/m1"
STAGES = [
    {"stage": stage, "name": stage, "evidence": stage == "installed", "units": [], "items": ticks}
    for stage, ticks in (
        ("wanted", []),
        ("ready", [{"item": "head-agrees", "text": "Kepala setuju", "required": True}]),
        ("agreed", [{"item": "goal-written", "text": "Tujuan ditulis", "required": True}]),
        ("installed", [{"item": "software-runs", "text": "SLiMS bisa dibuka", "required": True}]),
        ("data-entry", []),
        ("circulation-live", []),
        ("probation", []),
        ("smooth", []),
    )
]
WINDOW = {
    "first": "2026-W08", "have": 2, "need": 4, "backup": True, "complete": False, "this_week": "2026-W10",
    "this_week_reported": False,
}  # fmt: skip
PROBLEM = {"Content-Type": "application/problem+json"}
POSITION = {"Position": "mentoring@9"}


def case(**changed: Any) -> dict[str, Any]:
    entered = {"by": "wulan", "items": [], "note": None, "link": None, "days": 9}
    return {
        "mentorship": "m1", "library": "l1", "name": "SMAN 4 Contoh", "region": "kota-kediri", "software": "slims",
        "template": "slims-1", "state": "open", "stage": "agreed", "pilot": True, "mentors": ["wulan"],
        "opened": "2026-02-01T02:00:00Z", "live_since": None, "smooth_since": None, "closed": None, "blockers": 1,
        "visits": 2, "minutes": 150, "hours": 2.5, "wish": "Kami ingin memakai SLiMS.", "readiness": None, "pilot_on": None,
        "stages": STAGES, "history": [{"stage": "wanted", "at": "2026-02-01T02:00:00Z", **entered}],
        "next_stage": "installed", "window": None, "evidence": {"loans": [], "backups": []},
        "open_blockers": [{"blocker": "b1", "at": "2026-02-20T02:00:00Z", "by": "sari", "text": "Printer rusak."}],
        "regressions": [], "missed": [], "installation": None, "proposed_by": None,
        "staff": [{"person": "sari", "role": "staff", "since": "2026-01-01T00:00:00Z", "until": None}],
        "cost": {"rupiah": 375000, "rupiah_an_hour": 150000, "since": "2026-01-01", "source": "stated by the community"},
        "may": ["lead", "mentor", "visit"],
    } | changed  # fmt: skip


def visited(**changed: Any) -> dict[str, Any]:
    return {
        "visit": "v1", "mentorship": "m1", "day": "2026-02-20", "minutes": 90, "mode": "on-site", "by": "wulan",
        "staff": [], "units": [], "done": "Memasang SLiMS.", "next": "Isi 100 judul.", "internal": "Rahasia pendamping.",
    } | changed  # fmt: skip


@pytest.fixture
def visitor(harness, client):
    settle(harness)
    grants = {**COORDINATOR["grants"], "mentorships.visit": ["kota-kediri"], "mentorships.lead": ["kota-kediri"]}
    harness.people[COORDINATORS_TOKEN] = {**COORDINATOR, "grants": grants}
    mentoring = harness.mentoring
    mentoring.on("GET /v1/mentorships", items(case()))
    mentoring.on("GET /v1/mentorships/{mentorship}", FakeAnswer(case()))
    mentoring.on("GET /v1/mentorships/{mentorship}/visits", items(visited()))
    mentoring.on("GET /v1/mentorships/{mentorship}/suggestions", items(
        {"person": "tono", "former": True, "able": True, "load": 1, "km": 3.2, "reasons": ["former-mentor"]},
    ))  # fmt: skip
    mentoring.on("POST /v1/mentorships/{mentorship}/{action}", FakeAnswer({"mentorship": "m1"}, 201, POSITION))
    mentoring.on("POST /v1/mentorships/{mentorship}/stages/{stage}", FakeAnswer({"mentorship": "m1"}, 201, POSITION))
    harness.members.on("GET /v1/libraries/{library}/affiliations", items({"person": "sari", "name": "Sari Contoh"}))
    return Browser(client)


@pytest.fixture
def mentor(visitor):
    visitor.log_in("wulan@contoh.id")
    return visitor


def sent(harness, action: str) -> Any:
    (call,) = harness.mentoring.calls(f"POST /v1/mentorships/{{mentorship}}/{action}")
    return call.document


def test_mentorship_pages_are_small_and_need_a_login(harness, mentor):
    harness.mentoring.on("GET /v1/mentorships/{mentorship}/handover", FakeAnswer(handed()))
    for path in ("/pendampingan", HERE, f"{HERE}/kunjungan", f"{HERE}/bukti", f"{HERE}/serah-terima"):
        text = mentor.open(path)
        assert mentor.page.status_code == 200, path
        assert len(text.encode()) < 30_000
        assert "<script" not in text
    mentor.client.cookies.clear()
    mentor.open(HERE)
    assert mentor.page.url.path == "/masuk"


def test_a_mentorship_shows_its_stage_next_steps_and_suggested_mentors(mentor):
    text = mentor.open(HERE)
    for shown in (
        *("SMAN 4 Contoh", "Kami ingin memakai SLiMS.", "percontohan", "Printer rusak.", "Memasang SLiMS."),
        *("SLiMS bisa dibuka", "2 kunjungan, 2,5 jam", "setara Rp375.000", "Wulan Contoh", "pernah mendampingi"),
    ):
        assert shown in text, shown
    assert "SMAN 4 Contoh" in mentor.open("/pendampingan")
    assert "Mentoring" in mentor.open(f"{HERE}?lang=en")


@pytest.mark.parametrize("stage", ["wanted", "circulation-live", "probation", "smooth"])
def test_the_library_sees_its_mentorship_without_internal_notes(harness, visitor, stage):
    lived = {"live_since": "2026-02-16T02:00:00Z"} if stage in ("probation", "smooth") else {}
    order = [each["stage"] for each in STAGES] + [None]
    following = order[order.index(stage) + 1]
    window = WINDOW if stage == "probation" else None
    own = case(stage=stage, next_stage=following, window=window, may=["library"], **lived)
    harness.mentoring.on("GET /v1/mentorships/{mentorship}", FakeAnswer(own))
    seen = {name: value for name, value in visited().items() if name != "internal"}
    harness.mentoring.on("GET /v1/mentorships/{mentorship}/visits", items(seen))
    visitor.log_in()
    for path in (HERE, f"{HERE}/bukti"):
        text = visitor.open(path)
        assert visitor.page.status_code == 200
    text = visitor.open(HERE)
    assert "Memasang SLiMS." in text
    assert "Usulan pendamping" not in text
    assert ("Laporkan minggu ini" in text) == bool(lived)
    visitor.open(f"{HERE}/kunjungan")
    assert visitor.page.status_code == 403


def test_a_visit_form_sends_minutes_mode_and_text(harness, mentor):
    mentor.open(f"{HERE}/kunjungan")
    form = mentor.form(f"{HERE}/kunjungan")
    assert form.required == {"minutes", "done"}
    text = mentor.send(form, done="Mencetak barcode.", **{"staff-sari": "yes"})
    assert "Kunjungan tercatat" in text
    assert sent(harness, "visits") == {
        "day": "2026-03-02", "mode": "on-site", "minutes": 60, "done": "Mencetak barcode.", "staff": ["sari"],
    }  # fmt: skip


def test_a_stage_is_sent_with_its_ticked_items(harness, mentor):
    mentor.open(HERE)
    mentor.submit(f"{HERE}/tahap/installed", **{"item-software-runs": "yes"}, note="Sudah dibuka.")
    assert sent(harness, "stages/installed") == {"items": ["software-runs"], "note": "Sudah dibuka."}


def test_readiness_is_sent_with_ticks_and_notes(harness, mentor):
    mentor.open(HERE)
    mentor.submit(f"{HERE}/kesiapan", **{"present-power": "yes", "note-budget": "Menunggu BOS."})
    document = sent(harness, "readiness")
    assert document["power"] == {"present": True}
    assert document["budget"] == {"present": False, "note": "Menunggu BOS."}
    assert len(document) == 6


def test_a_refusal_is_a_sentence_on_the_mentorship_page(harness, mentor):
    refused = FakeAnswer({"status": 422, "rule": "pilot-needs-gatherings", "have": 1, "need": 3}, 422, PROBLEM)
    harness.mentoring.on(
        "GET /v1/mentorships/{mentorship}", FakeAnswer(case(stage="ready", next_stage="agreed", pilot=False))
    )
    harness.mentoring.on("POST /v1/mentorships/{mentorship}/pilot", refused)
    mentor.open(HERE)
    assert "baru ikut 1 dari 3 gathering" in mentor.submit(f"{HERE}/percontohan")
    assert "SMAN 4 Contoh" in mentor.text


def test_evidence_is_reported_for_this_or_last_week(harness, mentor):
    harness.mentoring.on(
        "GET /v1/mentorships/{mentorship}",
        FakeAnswer(case(stage="probation", live_since="2026-02-16T02:00:00Z", window=WINDOW)),
    )
    text = mentor.open(f"{HERE}/bukti")
    assert "2 dari 4 minggu" in text
    mentor.submit(f"{HERE}/bukti", count="31")
    assert sent(harness, "evidence") == {"kind": "loans", "week": "2026-W10", "count": 31}
    mentor.open(f"{HERE}/bukti")
    mentor.submit(f"{HERE}/bukti", count="banyak")
    assert mentor.page.status_code == 400


def test_the_library_confirms_what_the_mentor_proposed(harness, mentor):
    standing = case(
        stage="probation", live_since="2026-02-16T02:00:00Z", window=WINDOW, proposed_by="wulan", may=["library"]
    )
    harness.mentoring.on("GET /v1/mentorships/{mentorship}", FakeAnswer(standing))
    harness.mentoring.on(
        "POST /v1/mentorships/{mentorship}/smooth/confirmation", FakeAnswer({"stage": "smooth"}, 201, POSITION)
    )
    mentor.open(HERE)
    assert "Selamat!" in mentor.submit(f"{HERE}/lancar/pasti")
    assert not [form for form in mentor.forms if form.action == f"{HERE}/lancar"]


def handed() -> dict[str, Any]:
    shown = {
        name: case()[name] for name in ("mentorship", "library", "name", "stage", "mentors", "staff", "hours", "cost")
    }
    return shown | {
        "stage_name": "Disepakati",
        "next_stage": {"stage": "installed", "name": "Terpasang", "items": ["SLiMS bisa dibuka"]},
        "blockers": [],
        "next": [{"day": "2026-02-20", "text": "Isi 100 judul."}],
        "visits": [visited(internal=None)],
        "passwords": [
            {"password": "slims-admin", "name": "Akun admin SLiMS", "rotated": None, "due": True},
            {"password": "database", "name": "Basis data", "rotated": "2026-02-27T02:00:00Z", "due": False},
        ],
        "installation": {
            "version": "9.4.2", "host": "hosting", "last_backup": None, "outdated": True, "oldest_version": "9.6.1",
        },
    }  # fmt: skip


def test_the_handover_page_lists_next_steps_and_passwords(harness, mentor):
    harness.mentoring.on("GET /v1/mentorships/{mentorship}/handover", FakeAnswer(handed()))
    harness.mentoring.on(
        "POST /v1/mentorships/{mentorship}/handover/passwords", FakeAnswer({"mentorship": "m1"}, 201, POSITION)
    )
    text = mentor.open(f"{HERE}/serah-terima")
    for shown in (
        "Isi 100 judul.",
        "Akun admin SLiMS",
        "Perbarui ke 9.6.1",
        "Sari Contoh",
        "Memasang SLiMS.",
        "/tanya?perpustakaan=l1",
    ):
        assert shown in text, shown
    mentor.submit(f"{HERE}/serah-terima/sandi", **{"password-slims-admin": "yes"})
    assert sent(harness, "handover/passwords") == {"passwords": ["slims-admin"]}


def test_the_progress_page_needs_no_login_and_is_not_indexed(harness, visitor):
    shown = {
        "library": "SMAN 4 Contoh", "software": "slims", "stage": "probation", "stages": STAGES, "pilot": True,
        "history": [{"stage": "probation", "at": "2026-02-01T02:00:00Z", "days": 9}], "live_since": None,
        "smooth_since": None, "window": WINDOW, "visits": 2, "hours": 2.5, "expires": "2026-04-01T00:00:00Z",
    }  # fmt: skip
    harness.mentoring.on("GET /v1/progress/{secret}", FakeAnswer(shown))
    text = visitor.open("/kemajuan/abc_def")
    assert visitor.page.status_code == 200
    assert "noindex" in text
    assert "2 dari 4 minggu" in text


def test_a_progress_link_is_shown_once(harness, mentor):
    link = {"mentorship": "m1", "secret": "abc", "path": "/kemajuan/abc", "expires": "2026-04-01T00:00:00Z"}
    harness.mentoring.on("POST /v1/mentorships/{mentorship}/links", FakeAnswer(link, 201, POSITION))
    mentor.open(HERE)
    assert "/kemajuan/abc" in mentor.submit(f"{HERE}/tautan")


def test_a_library_without_a_mentorship_may_request_one(harness, visitor):
    own = [{"library": "l9", "name": "SMK Contoh", "role": "staff", "since": "2026-01-01T00:00:00Z"}]
    harness.members.on("GET /v1/me", FakeAnswer({"person": "sari", "affiliations": own}))
    harness.mentoring.on("POST /v1/mentorships", FakeAnswer({"mentorship": "m1", "library": "l9"}, 201, POSITION))
    visitor.log_in()
    assert "SMK Contoh" in visitor.open("/pendampingan")
    visitor.submit("/pendampingan/minta", wish="Kami siap.")
    (call,) = harness.mentoring.calls("POST /v1/mentorships")
    assert call.document == {"library": "l9", "wish": "Kami siap."}
    assert visitor.page.url.path == HERE
