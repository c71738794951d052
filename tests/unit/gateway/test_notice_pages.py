import pytest

from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import FakeAnswer
from tests.unit.gateway.sample_community import COORDINATOR, COORDINATORS_TOKEN, items, settle

PREFERENCES = {
    "language": None, "email": True, "telegram": False,
    "matters": dict.fromkeys(
        ("registrations", "reminders", "activities", "topics", "consultations", "mentoring", "announcements"), "singly"
    ),
    "regions": {"follow": [], "mute": ["trenggalek"]}, "quiet": None,
    "digest": {"every": "week", "day": "mon", "at": "07:00"},
}  # fmt: skip
ANNOUNCEMENT = {
    "announcement": "n1", "title": "Pembaruan server", "text": "Hari Sabtu.\n\nMohon cadangkan data.", "state": "published",
    "regions": ["kota-kediri"], "levels": ["basic"], "people": 12, "above": 50, "revision": 1, "worth_until": "2026-04-01T00:00:00Z",
    "at": "2026-03-01T01:00:00Z", "published": "2026-03-01T01:00:00Z", "by": "hadi", "approved_by": None, "waiting": None,
}  # fmt: skip
WAITING = ANNOUNCEMENT | {
    "state": "waiting", "published": None, "people": 60,
    "waiting": {"title": "Pembaruan server", "text": "Hari Minggu saja.", "by": "hadi", "draft": 2},
}  # fmt: skip
FAILED = {
    "delivery": "d1", "person": "budi", "channel": "email", "kind": "reminder", "state": "failed", "reason": "550", "attempts": 1,
    "planned": "2026-03-01T01:00:00Z", "held_until": None, "ended": "2026-03-01T01:00:00Z", "activity": "a1", "region": "kota-kediri",
    "via": "email", "flagged": ["email"], "worth_until": "2026-04-01T00:00:00Z",
}  # fmt: skip
FLAGGED = {
    "person": "budi",
    "channel": "email",
    "reason": "550",
    "region": "kota-kediri",
    "since": "2026-03-01T01:00:00Z",
}


@pytest.fixture
def visitor(harness, client):
    settle(harness)
    more = {name: ["kota-kediri"] for name in ("announcements.send", "deliveries.read")}
    harness.people[COORDINATORS_TOKEN] = COORDINATOR | {"grants": COORDINATOR["grants"] | more}
    told = harness.notifications
    told.on("GET /v1/me/preferences", FakeAnswer(PREFERENCES))
    told.on("PUT /v1/me/preferences", FakeAnswer(PREFERENCES))
    told.on("GET /v1/announcements", items(ANNOUNCEMENT))
    told.on(
        "POST /v1/announcements",
        FakeAnswer({"announcement": "n2", "state": "waiting", "waiting": True, "revision": 0}, 201),
    )
    told.on(
        "POST /v1/announcements/{announcement}/approval",
        FakeAnswer({"announcement": "n1", "state": "published", "waiting": False, "revision": 1}),
    )
    told.on("GET /v1/deliveries", items(FAILED))
    told.on("GET /v1/contacts/bounced", items(FLAGGED))
    told.on("POST /v1/deliveries/{delivery}/resend", FakeAnswer({"delivery": "d1"}, 202))
    return Browser(client)


def test_every_notification_page_is_small_and_has_no_script(visitor):
    visitor.log_in("wulan@contoh.id")
    for path in ("/saya/pemberitahuan", "/pengumuman", "/pengurus/kiriman", "/pengumuman?lang=en"):
        text = visitor.open(path)
        assert (visitor.page.status_code, len(text.encode()) < 30_000, "<script" in text) == (200, True, False), path


def test_notification_pages_need_a_login(visitor):
    for path in ("/saya/pemberitahuan", "/pengumuman", "/pengurus/kiriman"):
        visitor.open(path)
        assert visitor.page.url.path == "/masuk", path


def test_all_notification_preferences_are_sent_in_one_request(harness, visitor):
    visitor.log_in()
    visitor.open("/saya/pemberitahuan")
    visitor.submit(
        "/saya/pemberitahuan",
        **{
            "telegram": "yes", "matter-activities": "digest", "matter-topics": "off", "region-trenggalek": "follow",
            "quiet_from": "12:00", "quiet_until": "13:00", "digest_every": "day",
        },
    )  # fmt: skip
    assert visitor.page.status_code == 200
    sent = harness.notifications.calls("PUT /v1/me/preferences")[-1].document
    assert sent == PREFERENCES | {
        "telegram": True, "quiet": {"from": "12:00", "until": "13:00"},
        "matters": PREFERENCES["matters"] | {"activities": "digest", "topics": "off"},
        "regions": {"follow": ["trenggalek"], "mute": []}, "digest": {"every": "day", "day": "mon", "at": "07:00"},
    }  # fmt: skip


def test_quiet_hours_need_a_begin_and_an_end(harness, visitor):
    visitor.log_in()
    visitor.open("/saya/pemberitahuan")
    visitor.submit("/saya/pemberitahuan", quiet_from="12:00")
    assert visitor.page.status_code == 400
    assert harness.notifications.calls("PUT /v1/me/preferences") == []


def test_members_read_announcements_without_a_form(harness, visitor):
    # Waiting announcements, their writers and approvers are not in the members' answer.
    inside = {"by", "approved_by", "waiting"}
    told = {name: value for name, value in ANNOUNCEMENT.items() if name not in inside}
    harness.notifications.on("GET /v1/announcements", items(told))
    visitor.log_in()
    text = visitor.open("/pengumuman")
    assert "Mohon cadangkan data." in text
    assert "Tulis pengumuman" not in text
    assert "Ralat atau tarik" not in text


def test_a_board_members_announcement_waits_for_approval(harness, visitor):
    visitor.log_in("wulan@contoh.id")
    visitor.open("/pengumuman")
    visitor.submit(
        "/pengumuman", title="Libur", text="Kantor tutup.", region="kota-kediri", worth_until="2026-04-01T08:00",
        **{"level-basic": "yes"},
    )  # fmt: skip
    assert "satu pengurus lain" in visitor.page.text
    sent = harness.notifications.calls("POST /v1/announcements")[-1].document
    assert sent == {
        "title": "Libur", "text": "Kantor tutup.", "regions": ["kota-kediri"], "levels": ["basic"],
        "worth_until": "2026-04-01T08:00:00+07:00",
    }  # fmt: skip


def test_an_announcement_is_approved_by_another_board_member(harness, visitor):
    visitor.log_in("wulan@contoh.id")
    harness.notifications.on(
        "GET /v1/announcements", items(WAITING | {"waiting": WAITING["waiting"] | {"by": "wulan"}})
    )
    assert "Setujui dan terbitkan" not in visitor.open("/pengumuman")
    harness.notifications.on("GET /v1/announcements", items(WAITING))
    text = visitor.open("/pengumuman")
    assert "Hari Minggu saja." in text
    assert "Hari Sabtu." not in text
    visitor.submit("/pengumuman/n1/setujui")
    assert "disetujui dan terbit" in visitor.page.text
    # The approval is for the text on the page, not for a later version.
    assert harness.notifications.calls("POST /v1/announcements/{announcement}/approval")[-1].document["draft"] in (
        2,
        "2",
    )


def test_failed_deliveries_are_listed_and_sent_again(harness, visitor):
    visitor.log_in()
    visitor.open("/pengurus/kiriman")
    assert visitor.page.status_code == 403
    visitor.log_in("wulan@contoh.id")
    assert "Kirim ulang" in visitor.open("/pengurus/kiriman")
    assert visitor.page.text.count("ditolak server penerima (550)") == 2  # the flagged contact, and the delivery
    visitor.submit("/pengurus/kiriman/d1")
    assert "dijadwalkan lagi" in visitor.page.text
    assert len(harness.notifications.calls("POST /v1/deliveries/{delivery}/resend")) == 1


def test_an_announcement_for_other_regions_cannot_be_changed(harness, visitor):
    visitor.log_in("wulan@contoh.id")
    for regions, offered in ((["kota-kediri"], True), (["kota-kediri", "trenggalek"], False), (None, False)):
        harness.notifications.on("GET /v1/announcements", items(ANNOUNCEMENT | {"regions": regions}))
        assert ("Ralat atau tarik" in visitor.open("/pengumuman")) is offered
