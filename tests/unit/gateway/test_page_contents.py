"""Pages show all data, and name what is missing or continues on another page."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import FakeAnswer
from tests.unit.gateway.sample_community import activity, items, settle, topic
from tests.unit.gateway.sample_consultations import LIBRARY, settle_mentoring
from tests.unit.gateway.sample_members import settle as settle_members
from tests.unit.gateway.test_mentorship_pages import case

PROBLEM = {"Content-Type": "application/problem+json"}
DOWN = FakeAnswer({"title": "Unavailable", "status": 503}, 503, PROBLEM)
UNAVAILABLE = "tidak bisa dimuat"


@pytest.fixture
def visitor(harness, client):
    settle(harness)
    settle_mentoring(harness)
    return Browser(client)


def by_their_start(activities):
    """A fake of events' list: filtered by start and state, with a limit and a cursor."""

    def answer(asked):
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        since = datetime.fromisoformat(query.get("from", "2000-01-01T00:00:00+00:00"))
        found = [item for item in activities if datetime.fromisoformat(item["starts"]) >= since]
        found = sorted((item for item in found if item["state"] == query["state"]), key=lambda item: item["starts"])
        first, limit = int(query.get("after", 0)), int(query.get("limit", 50))
        more = str(first + limit) if len(found) > first + limit else None
        return FakeAnswer({"items": found[first : first + limit], "next": more})

    return answer


def test_a_running_activity_stays_on_the_lists(harness, visitor):
    running = activity(title="Sedang berlangsung", starts="2026-03-02T02:55:00+00:00", ends="2026-03-02T05:00:00+00:00")
    ended = activity(
        activity="a3", title="Sudah usai", starts="2026-03-01T02:00:00+00:00", ends="2026-03-01T05:00:00+00:00"
    )
    harness.events.on("GET /v1/activities", by_their_start([running, ended]))
    for path in ("/", "/kegiatan", "/wilayah/kota-kediri"):
        text = visitor.open(path)
        assert "Sedang berlangsung" in text, path
        assert "Sudah usai" not in text, path
    seat = {"seat": "taken", "state": "published", "attended": False, "feedback": False, "method": None, "sessions": []}
    seats = (seat | {name: each[name] for name in ("activity", "title", "starts")} for each in (running, ended))
    harness.events.on("GET /v1/participation/{person}", items(*seats))
    visitor.log_in()
    text = visitor.open("/saya")
    assert "Sedang berlangsung" in text
    assert "Sudah usai" not in text


def test_the_desk_tells_activities_to_close_from_activities_to_come(harness, visitor):
    coming = activity(title="Akan datang")
    over = activity(
        activity="a3", title="Belum ditutup", starts="2026-02-01T02:00:00+00:00", ends="2026-02-01T05:00:00Z"
    )
    harness.events.on("GET /v1/activities", by_their_start([over, coming]))
    visitor.log_in("wulan@contoh.id")
    text = visitor.open("/pengurus")
    places = [
        text.index(each) for each in ("Sudah lewat, belum ditutup", over["title"], "Sudah terbit", coming["title"])
    ]
    assert places == sorted(places)


def test_a_lecture_in_a_list_has_no_number_of_seats(harness, visitor):
    harness.events.on("GET /v1/activities", items(activity(kind="lecture", capacity=1000)))
    text = visitor.open("/kegiatan")
    assert "kuliah di grup" in text
    assert "sisa" not in text


def test_past_activities_are_paged_from_latest_to_first(harness, visitor):
    first = datetime(2008, 1, 1, 2, tzinfo=UTC)  # a gap of many years must not make an empty page
    starts = [first, *(datetime(2023, 1, 1, 2, tzinfo=UTC) + timedelta(days=7 * week) for week in range(130))]
    past = [
        activity(
            activity=f"x{number}", title=f"Kegiatan {number:03d}", state="completed", present=3, guests=0,
            starts=at.isoformat(), ends=(at + timedelta(hours=2)).isoformat(),
        )
        for number, at in enumerate(starts)
    ]  # fmt: skip
    harness.events.on("GET /v1/activities", by_their_start(past))
    seen, address = [], "/kegiatan?lewat=1"
    while address:
        text = visitor.open(address)
        page = re.findall(r"Kegiatan (\d{3})", text)
        assert page
        seen += page
        older = re.search(r'href="(/kegiatan\?lewat=1&amp;sebelum=[^"]+)"', text)
        address = older and older[1].replace("&amp;", "&")
    assert seen == [f"{number:03d}" for number in reversed(range(131))]


def test_past_activities_of_one_start_stand_on_one_page(harness, visitor):
    starts = [datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(minutes=max(0, number - 9)) for number in range(59)]
    past = [
        activity(activity=f"x{number}", title=f"Kegiatan {number:03d}", state="completed", present=3, guests=0,
                 starts=at.isoformat(), ends=(at + timedelta(hours=2)).isoformat())
        for number, at in enumerate(starts)
    ]  # fmt: skip
    harness.events.on("GET /v1/activities", by_their_start(past))
    # The fiftieth and the nine before it began at once; an older page begins before their start.
    assert len(re.findall(r"Kegiatan (\d{3})", visitor.open("/kegiatan?lewat=1"))) == 59


def test_a_region_with_many_libraries_says_more_than(harness, visitor):
    listed = [LIBRARY | {"library": f"l{number}"} for number in range(100)]
    harness.members.on("GET /v1/libraries", FakeAnswer({"items": listed, "next": "more"}))
    assert "Lebih dari 100 perpustakaan" in visitor.open("/wilayah/trenggalek")
    harness.members.on("GET /v1/libraries", items(*listed))
    assert "<p>100 perpustakaan" in visitor.open("/wilayah/kota-blitar")


def test_each_unavailable_part_of_a_page_is_named(harness, visitor):
    harness.mentoring.on("GET /v1/consultations", DOWN)
    harness.members.on("GET /v1/libraries", DOWN)
    harness.events.on("GET /v1/lectures", DOWN)
    harness.events.on("GET /v1/materials", DOWN)
    assert visitor.open("/wilayah/kota-kediri").count(UNAVAILABLE) == 3
    visitor.log_in()
    assert visitor.open("/kegiatan/a1").count(UNAVAILABLE) == 1
    harness.events.on("GET /v1/certificates", DOWN)
    harness.members.on("GET /v1/competence/{person}", DOWN)
    harness.notifications.on("GET /v1/me/preferences", DOWN)
    harness.mentoring.on("GET /v1/mentorships", DOWN)
    assert visitor.open("/saya").count(UNAVAILABLE) == 5


def test_the_affiliation_hint_is_hidden_while_members_is_down(harness, visitor):
    harness.mentoring.on("GET /v1/mentorships", items())
    visitor.log_in()
    assert "Minta koordinator wilayah" in visitor.open("/pendampingan")
    harness.members.on("GET /v1/me", DOWN)
    text = visitor.open("/pendampingan")
    assert "Minta koordinator wilayah" not in text
    assert UNAVAILABLE in text


def test_invalid_numbers_are_form_errors(harness, visitor):
    settle_members(harness)
    harness.events.on("GET /v1/materials", items())
    visitor.log_in()
    visitor.open("/kegiatan/a1")
    token = next(form.fields["_token"] for form in visitor.forms)
    wrong = {
        "/saya/kompetensi/b-slims": {"skill": "tiga"},
        "/kegiatan/a1/masukan": {"useful": "9" * 5000, "understood": "5"},
        "/saya/persetujuan": {"given": "yes", "wording": "x"},
    }
    for path, fields in wrong.items():
        assert visitor.client.post(path, data={"_key": path, "_token": token, **fields}).status_code == 400, path


def test_joining_without_email_explains_who_helps(harness, visitor):
    harness.members.on("POST /v1/members", FakeAnswer({"member": "m"}, 201))
    assert "Tanpa email Anda belum bisa masuk sendiri" in visitor.open("/gabung")
    entered = {"name": "Sari", "library": "SMA Contoh", "subdistrict": "kota-kediri/mojoroto"}
    text = visitor.submit("/gabung", **entered, phone="081234567890")
    assert "Tanpa email Anda belum bisa masuk sendiri" in text
    assert "Wulan Contoh" in text
    visitor.open("/masuk")
    text = visitor.submit("/masuk/kode", contact="081234567890")
    assert "lewat email" not in text
    assert "koordinator wilayah" in text
    visitor.open("/gabung")
    visitor.submit("/gabung", **entered, email="sari@contoh.id")
    assert visitor.page.url.path == "/masuk"


def test_a_poll_option_without_an_end_is_an_error(harness, visitor):
    for listed in ("polls", "chat-groups", "lectures"):
        harness.events.on(f"GET /v1/{listed}", items())
    visitor.log_in("wulan@contoh.id")
    visitor.open("/pengurus/kuliah")
    entered = {"title": "Kapan?", "region": "kota-kediri", "closes": "2026-03-09T19:00", "quorum": "3"}
    for day, each in enumerate(("one", "two", "three"), start=10):
        entered |= {f"starts_{each}": f"2026-03-{day}T19:00", f"ends_{each}": f"2026-03-{day}T20:00"}
    text = visitor.submit("/pengurus/kuliah/jajak", **{**entered, "ends_three": ""})
    assert visitor.page.status_code == 400
    assert re.findall(r'<input id="(\w+)"[^>]*aria-invalid', text) == ["ends_three"]
    assert harness.events.calls("POST /v1/polls") == []


def test_several_libraries_of_one_name_are_offered(harness, visitor):
    both = (
        LIBRARY | {"library": name, "name": "SMPN 1 Kediri", "region": at}
        for name, at in (("l1", "kota-kediri"), ("l2", "trenggalek"))
    )
    harness.members.on("GET /v1/libraries", items(*both))
    text = visitor.open("/tanya?tempat=SMPN+1")
    assert "Yang mana?" in text
    assert "belum kami kenal" not in text
    harness.members.on("GET /v1/libraries", items())
    assert "belum kami kenal" in visitor.open("/tanya?tempat=Entah+di+mana")


def test_a_person_without_a_name_is_shown_by_office(harness, visitor):
    held = {"office": "coordinator", "region": None, "holder": {"person": "hadi", "name": None}, "stand_in": None}
    harness.members.on("GET /v1/offices", items(held))
    text = visitor.open("/wilayah/trenggalek")
    assert "None" not in text
    assert "<b>Koordinator komunitas</b>" in text


def test_the_next_page_of_topics_keeps_the_state_filter(harness, visitor):
    harness.events.on("GET /v1/topics", FakeAnswer({"items": [topic()], "next": "c"}))
    assert "setelah=c&amp;wilayah=kota-kediri&amp;keadaan=discussed" in visitor.open(
        "/topik?keadaan=discussed&wilayah=kota-kediri"
    )


def test_a_progress_link_uses_the_public_address(harness, visitor):
    harness.mentoring.on("GET /v1/mentorships/{mentorship}", FakeAnswer(case() | {"may": ["mentor"], "state": "open"}))
    harness.mentoring.on("GET /v1/mentorships/{mentorship}/visits", items())
    made = {"mentorship": "m1", "path": "/kemajuan/rahasia", "expires": "2026-04-01T00:00:00+00:00"}
    harness.mentoring.on("POST /v1/mentorships/{mentorship}/links", FakeAnswer(made, 201))
    plain = harness.configuration
    harness.configuration = lambda: dataclasses.replace(plain(), public_url="https://jejaring.example")
    with harness.gateway() as client:
        browser = Browser(client)
        browser.log_in()
        browser.open("/pendampingan/m1")
        assert ">https://jejaring.example/kemajuan/rahasia<" in browser.submit("/pendampingan/m1/tautan")
