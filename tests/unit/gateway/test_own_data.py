"""The page of the visitor's own data: export and erasure."""

import pytest

from tests.unit.gateway.harness import FakeAnswer


@pytest.fixture
def member(harness, member):
    harness.members.on("POST /v1/me/erasure", FakeAnswer({"person": "sari"}, 202))
    return member


def test_the_own_data_page_offers_a_copy_and_explains_erasure(member):
    text = member.open("/saya/data")
    assert 'href="/v1/me/export"' in text
    assert "tidak bisa dibatalkan" in text
    assert len(text.encode()) < 30_000


def test_erasure_needs_a_confirmation(harness, member):
    member.open("/saya/data")
    member.submit("/saya/data/hapus")
    assert member.page.status_code == 400
    assert harness.members.calls("POST /v1/me/erasure") == []


def test_after_erasure_the_visitor_is_logged_out(harness, member):
    member.open("/saya/data")
    member.submit("/saya/data/hapus", sure="yes")
    assert harness.members.calls("POST /v1/me/erasure")[0].document == {"sure": True}
    assert "sedang dimusnahkan" in member.text
    member.open("/saya")
    assert member.page.url.path == "/masuk"
