"""The pages of libraries, competence and the profile."""

import pytest

from tests.unit.gateway import sample_community, sample_members
from tests.unit.gateway.browser import Browser
from tests.unit.gateway.harness import FakeAnswer
from tests.unit.gateway.sample_community import items
from tests.unit.gateway.sample_members import ME

MADE = FakeAnswer({}, 201, {"Position": "members@9"})
OPEN = ["/perpustakaan", "/perpustakaan?nama=sman&wilayah=kota-kediri", "/perpustakaan/l1"]
OWN = ["/saya", "/saya/ubah", "/saya/kompetensi", "/saya/kompetensi/b-slims", "/perpustakaan/daftar", "/kompetensi/ani"]


@pytest.fixture
def visitor(harness, client):
    sample_community.settle(harness)
    sample_members.settle(harness)
    return Browser(client)


def test_a_library_page_names_the_coordinator(harness, visitor):
    for path in OPEN:
        text = visitor.open(path)
        assert visitor.page.status_code == 200, path
        assert "SMAN 4 Contoh" in text
        assert len(text.encode()) < 30_000
    assert "Wulan Contoh" in text
    assert "Sari Contoh" not in text
    assert harness.members.calls("GET /v1/libraries")[-1].query == "name=sman&region=kota-kediri&limit=30"
    harness.members.on("GET /v1/libraries", items())
    assert "Tidak ada perpustakaan dengan nama itu" in visitor.open("/perpustakaan?nama=x")


def test_personal_library_pages_need_a_login_and_stay_small(visitor):
    for path in OWN:
        visitor.open(path)
        assert visitor.page.url.path == "/masuk", path
    visitor.log_in()
    for path in OWN:
        text = visitor.open(path)
        assert visitor.page.status_code == 200, path
        assert len(text.encode()) < 30_000
        assert "<script" not in text


def test_registering_a_known_library_leads_to_its_page(harness, member):
    harness.members.on("POST /v1/libraries", FakeAnswer({"library": "l1", "registered": False}, 200))
    member.open("/perpustakaan/daftar")
    entered = {"name": "SMA Negeri 4", "kind": "school", "level": "secondary", "subdistrict": "kota-kediri/mojoroto"}
    assert "sudah ada di daftar" in member.submit("/perpustakaan/daftar", **entered)
    (asked,) = harness.members.calls("POST /v1/libraries")
    assert asked.document == {
        "name": "SMA Negeri 4", "kind": "school", "level": "secondary", "region": "kota-kediri", "subdistrict": "mojoroto"
    }  # fmt: skip
    member.open("/perpustakaan/daftar")
    member.submit("/perpustakaan/daftar", name="SMA")
    assert member.page.status_code == 400


def test_a_member_adds_and_ends_their_affiliation(harness, member):
    harness.members.on("POST /v1/libraries/{library}/affiliations/{person}/end", FakeAnswer({}, 200))
    harness.members.on("POST /v1/libraries/{library}/affiliations", MADE)
    harness.members.on("POST /v1/libraries/{library}/interest", FakeAnswer({}, 200))
    member.open("/perpustakaan/l1")
    member.submit("/perpustakaan/l1/minat", interest="using")
    member.submit("/perpustakaan/l1/berhenti")
    assert harness.members.calls("POST /v1/libraries/{library}/affiliations/{person}/end")[0].path.endswith("/sari/end")
    harness.members.on("GET /v1/me", FakeAnswer({**ME, "affiliations": []}))
    member.open("/perpustakaan/l1")
    member.submit("/perpustakaan/l1/bertugas", role="head")
    (asked,) = harness.members.calls("POST /v1/libraries/{library}/affiliations")
    assert asked.document == {"role": "head"}
    assert harness.members.calls("POST /v1/libraries/{library}/interest")[0].document == {"interest": "using"}


def test_each_chosen_aspect_is_one_rating_with_its_own_key(harness, member):
    harness.members.on("POST /v1/competence", MADE)
    text = member.open("/saya/kompetensi")
    assert "keterampilan 2 / 3" in text
    assert "setelah Weeding koleksi lama" in text
    member.open("/saya/kompetensi/b-slims")
    assert "Penilaian tersimpan." in member.submit("/saya/kompetensi/b-slims", skill="3", attitude="4", because="a0")
    asked = harness.members.calls("POST /v1/competence")
    because = {"kind": "activity", "id": "a0"}
    assert [one.document for one in asked] == [
        {"unit": "b-slims", "aspect": "skill", "level": 3, "because": because},
        {"unit": "b-slims", "aspect": "attitude", "level": 4, "because": because},
    ]
    assert len({one.headers["idempotency-key"] for one in asked}) == 2
    member.open("/saya/kompetensi/b-slims")
    member.submit("/saya/kompetensi/b-slims")
    assert member.page.status_code == 400
    member.open("/saya/kompetensi/b-unknown")
    assert member.page.status_code == 404


def test_a_second_rater_rates_somebody_by_name(harness, visitor):
    visitor.log_in("wulan@contoh.id")
    harness.members.on("POST /v1/competence", MADE)
    assert "Kompetensi Ani Contoh" in visitor.open("/kompetensi/ani")
    visitor.open("/kompetensi/ani/b-slims")
    visitor.submit("/kompetensi/ani/b-slims", knowledge="2")
    (asked,) = harness.members.calls("POST /v1/competence")
    assert asked.document["person"] == "ani"


def test_the_profile_form_shows_and_sends_the_members_data(harness, member):
    harness.members.on("PUT /v1/me", FakeAnswer({"person": "sari"}))
    member.open("/saya/ubah")
    form = member.form("/saya/ubah")
    assert form.fields["name"] == "Sari Contoh"
    member.send(form, phone="0812", subdistrict="kota-kediri/pesantren", education="diploma", double_role="no")
    (asked,) = harness.members.calls("PUT /v1/me")
    assert asked.document == {
        "name": "Sari Contoh",
        "phone": "0812",
        "library": "SMA Contoh",
        "region": "kota-kediri",
        "subdistrict": "pesantren",
        "background": {"education": "diploma", "appointed": None, "double_role": False},
    }


def test_consent_and_telegram_are_given_and_taken_back_with_one_tap(harness, member):
    harness.members.on("POST /v1/me/consents/{purpose}", FakeAnswer({}, 200))
    harness.members.on("DELETE /v1/me/consents/{purpose}", FakeAnswer({}, 200))
    harness.members.on(
        "POST /v1/me/telegram", FakeAnswer({"token": "t" * 64, "expires": "2026-03-02T03:30:00+00:00"}, 201)
    )
    harness.members.on("DELETE /v1/me/telegram", FakeAnswer({}, 200))
    assert "boleh ditampilkan di arsip contoh" in member.open("/saya/ubah")
    member.submit("/saya/persetujuan")
    assert harness.members.calls("POST /v1/me/consents/{purpose}")[0].document == {"wording": 1}
    assert f"/start {'t' * 64}" in member.submit("/saya/telegram")
    given = {"purpose": "name-in-archive", "partner": None, "since": "x", "wording": 1, "text": "x"}
    harness.members.on("GET /v1/me/consents", FakeAnswer({**sample_members.CONSENTS, "items": [given]}))
    harness.members.on("GET /v1/me", FakeAnswer({**ME, "telegram": True}))
    member.open("/saya/ubah")
    member.submit("/saya/persetujuan")
    member.submit("/saya/telegram/lepas")
    assert harness.members.calls("DELETE /v1/me/consents/{purpose}")
    assert harness.members.calls("DELETE /v1/me/telegram")
