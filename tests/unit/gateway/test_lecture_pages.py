import pytest

from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import FakeAnswer
from tests.unit.gateway.sample_community import items, settle
from tests.unit.gateway.sample_lectures import ANSWERED, LECTURE, POLL, SHEET, WAITING

GROUPS = [
    {"group": name, "name": title, "channel": "telegram", "chat": "-1", "region": region}
    for name, title, region in (
        ("g1", "Pustakawan Kediri", "kota-kediri"),
        ("g2", "Semua Pustakawan", None),
        ("g3", "Pustakawan Blitar", "kota-blitar"),
    )
]


@pytest.fixture
def visitor(harness, client):
    settle(harness)
    events = harness.events
    events.on("GET /v1/lectures", items(LECTURE))
    events.on("GET /v1/lectures/{lecture}", FakeAnswer(LECTURE))
    events.on("GET /v1/activities/{activity}/questions", items(WAITING))
    events.on("GET /v1/activities/{activity}/run-sheet", FakeAnswer(SHEET))
    events.on("GET /v1/polls", items(POLL))
    events.on("GET /v1/polls/{poll}", FakeAnswer(POLL))
    events.on("GET /v1/chat-groups", items(*GROUPS))
    harness.members.on(
        "GET /v1/people/{person}/public-name",
        lambda asked: FakeAnswer({"person": "x", "name": f"{asked.path.split('/')[3].title()} Contoh"}),
    )
    return Browser(client)


def test_every_lecture_and_poll_page_is_small(harness, visitor):
    for path in ("/kuliah", "/kuliah?cari=barcode", "/kuliah/l1", "/jajak/p1"):
        text = visitor.open(path)
        assert (visitor.page.status_code, len(text.encode()) < 30_000, "<script" in text) == (200, True, False), path
    visitor.log_in("wulan@contoh.id")
    harness.events.on("GET /v1/lectures/{lecture}", FakeAnswer(LECTURE | {"leads": True}))
    for path in ("/pengurus/kuliah", "/pengurus/kuliah/l1", "/pengurus/kuliah/l1/lembar", "/jajak/p1"):
        text = visitor.open(path)
        assert (visitor.page.status_code, len(text.encode()) < 30_000, "<script" in text) == (200, True, False), path


def test_answered_questions_name_only_people_who_consented(harness, visitor):
    harness.events.on("GET /v1/lectures/{lecture}", FakeAnswer(LECTURE | {"phase": "closed", "answered": [ANSWERED]}))
    text = visitor.open("/kuliah/l1")
    assert "Dengan templat." in text
    assert "ditanyakan Ani Contoh" in text
    assert "dijawab" not in text


def test_a_member_asks_and_withdraws_a_question_during_a_lecture(harness, visitor):
    harness.events.on("GET /v1/lectures/{lecture}", FakeAnswer(LECTURE | {"phase": "presentation"}))
    harness.events.on("POST /v1/activities/{activity}/questions", FakeAnswer({"question": "q2"}, 201))
    harness.events.on("POST /v1/activities/{activity}/questions/{question}/{step}", FakeAnswer({"question": "q1"}))
    assert "/masuk?lanjut=/kuliah/l1" in visitor.open("/kuliah/l1")
    visitor.log_in()
    visitor.open("/kuliah/l1")
    assert "masuk antrean" in visitor.submit("/kuliah/l1/tanya", text="Bagaimana?").lower()
    assert harness.events.calls("POST /v1/activities/{activity}/questions")[0].document == {"text": "Bagaimana?"}
    visitor.submit("/kuliah/l1/tanya/q1", step="withdraw")
    assert harness.events.calls("POST /v1/activities/{activity}/questions/{question}/{step}")[0].path.endswith(
        "withdraw"
    )


def test_a_vote_sends_all_chosen_options(harness, visitor):
    harness.events.on("POST /v1/polls/{poll}/votes", FakeAnswer({"poll": "p1"}))
    visitor.log_in()
    visitor.open("/jajak/p1")
    visitor.submit("/jajak/p1/suara", option_1="yes")
    assert harness.events.calls("POST /v1/polls/{poll}/votes")[0].document == {"options": [2, 1]}


def test_the_moderator_advances_the_lecture_and_ticks_the_run_sheet(harness, visitor):
    harness.events.on("GET /v1/lectures/{lecture}", FakeAnswer(LECTURE | {"leads": True}))
    harness.events.on("POST /v1/activities/{activity}/lecture/{step}", FakeAnswer({"activity": "l1"}))
    harness.events.on("POST /v1/activities/{activity}/run-sheet/{step}", FakeAnswer({"activity": "l1"}))
    visitor.log_in("wulan@contoh.id")
    visitor.open("/pengurus/kuliah/l1")
    visitor.submit("/pengurus/kuliah/l1/langkah")
    assert harness.events.calls("POST /v1/activities/{activity}/lecture/{step}")[0].path.endswith("/lecture/open")
    assert "https://wa.me/?text=Selamat%20datang" in visitor.open("/pengurus/kuliah/l1/lembar")
    visitor.submit("/pengurus/kuliah/l1/lembar/open", at="2026-03-14T19:01")
    (call,) = harness.events.calls("POST /v1/activities/{activity}/run-sheet/{step}")
    assert call.document == {"at": "2026-03-14T19:01:00+07:00"}


def test_leading_and_planning_a_lecture_need_permission(visitor):
    visitor.log_in()
    for path in ("/pengurus/kuliah", "/pengurus/kuliah/l1"):
        visitor.open(path)
        assert visitor.page.status_code == 403


def test_a_poll_is_opened_and_a_lecture_planned_from_the_desk(harness, visitor):
    harness.events.on("POST /v1/polls", FakeAnswer({"poll": "p1"}, 201))
    harness.events.on("POST /v1/lectures", FakeAnswer({"activity": "a1"}, 201))
    visitor.log_in("wulan@contoh.id")
    visitor.open("/pengurus/kuliah")
    times = {"starts_one": "2026-03-14T19:00", "ends_one": "2026-03-14T20:00", "closes": "2026-03-10T19:00"}
    times |= {"starts_two": "2026-03-15T19:00", "ends_two": "2026-03-15T20:00"}
    visitor.submit("/pengurus/kuliah/jajak", title="Kapan?", region="kota-kediri", quorum="3", **times)
    asked = harness.events.calls("POST /v1/polls")[0].document
    assert (len(asked["options"]), asked["quorum"], asked["closes"]) == (2, 3, "2026-03-10T19:00:00+07:00")
    visitor.open("/pengurus/kuliah")
    visitor.submit("/pengurus/kuliah/rencana", title="Katalog", region="kota-kediri", group="g1", poll="p1")
    planned = harness.events.calls("POST /v1/lectures")[0].document
    assert planned == {"title": "Katalog", "region": "kota-kediri", "group": "g1", "poll": "p1"}


def test_the_desk_offers_chat_groups_of_the_planners_regions_and_of_no_region(visitor):
    visitor.log_in("wulan@contoh.id")
    text = visitor.open("/pengurus/kuliah")
    assert [each["name"] for each in GROUPS if each["name"] in text] == ["Pustakawan Kediri", "Semua Pustakawan"]
