"""One's own data: a copy is one tap away, and to be forgotten takes a tick and a tap."""

import pytest

from tests.unit.gateway.harness import FakeAnswer


@pytest.fixture
def member(harness, member):
    harness.members.on("POST /v1/me/erasure", FakeAnswer({"person": "sari"}, 202))
    return member


def test_the_page_leads_to_a_copy_and_says_what_forgetting_means(member):
    text = member.open("/saya/data")
    assert 'href="/v1/me/export"' in text
    assert "tidak bisa dibatalkan" in text
    assert len(text.encode()) < 30_000


def test_nobody_is_forgotten_by_mistake(harness, member):
    member.open("/saya/data")
    member.submit("/saya/data/hapus")
    assert member.page.status_code == 400
    assert harness.members.calls("POST /v1/me/erasure") == []


def test_whoever_is_forgotten_is_a_stranger_from_then_on(harness, member):
    member.open("/saya/data")
    member.submit("/saya/data/hapus", sure="yes")
    assert harness.members.calls("POST /v1/me/erasure")[0].document == {"sure": True}
    assert "sedang dimusnahkan" in member.text
    member.open("/saya")
    assert member.page.url.path == "/masuk"
