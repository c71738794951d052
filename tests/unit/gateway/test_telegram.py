"""An update is confirmed after the services have handled it."""

import time
from dataclasses import replace

import httpx
import pytest

from deploy.demo.telegram.visitor import Visitor
from deploy.waiting import wait_until
from gateway.bot import telegram as listening
from services.kernel.base.settings import TelegramBot
from services.kernel.telegram.bot_api import Telegram

from .harness import FakeAnswer, GatewayHarness, fragment, write_fragments

PRESENCE = "POST /internal/lectures/presence"
SITI = 990_001


@pytest.fixture
def harness(tmp_path, telegram_server, monkeypatch):
    monkeypatch.setattr(listening, "POLL_SECONDS", 1)

    class WithBot(GatewayHarness):
        def configuration(self):
            return replace(super().configuration(), telegram=TelegramBot(telegram_server.token, telegram_server.url))

    harness = WithBot(tmp_path)
    harness.members.on("GET /internal/telegram", FakeAnswer({"person": "siti"}))
    write_fragments(tmp_path, {name: fragment() for name in harness.services})
    yield harness
    harness.close()


@pytest.fixture
def visitor(telegram_server):
    visitor = Visitor(telegram_server.url)
    visitor.limits(chat=(1000, 1.0))
    visitor.put_person(SITI, "Siti")
    with Telegram(TelegramBot(telegram_server.token, telegram_server.url), 5.0) as telegram:
        updates = telegram.get_updates(0, 0)
        if updates:
            telegram.get_updates(updates[-1]["update_id"] + 1, 0)
    return visitor


def unconfirmed(visitor, telegram_server):
    with Telegram(TelegramBot(telegram_server.token, telegram_server.url), 5.0) as telegram:
        return [update["message"]["text"] for update in telegram.get_updates(0, 0)]


def test_an_unconfirmed_update_is_fetched_again_with_the_same_key(harness, visitor, telegram_server):
    harness.events.on(PRESENCE, FakeAnswer({}, 503))
    visitor.write(SITI, "hadir")
    with harness.gateway():
        wait_until(lambda: len(harness.events.calls(PRESENCE)) >= 2, 10, "the update to be brought twice")
    assert unconfirmed(visitor, telegram_server) == ["hadir"]

    harness.events.on(PRESENCE, FakeAnswer({"activity": "a", "title": "Kuliah", "person": "siti", "guest": None}, 201))
    with harness.gateway() as client:
        wait_until(lambda: visitor.messages(SITI)[-1]["text"] == "Kehadiran Anda tercatat: Kuliah.", 10, "the answer")
        assert client.get("/healthz").status_code == 200
        wait_until(lambda: unconfirmed(visitor, telegram_server) == [], 10, "the update to be confirmed")
    assert len({call.headers["idempotency-key"] for call in harness.events.calls(PRESENCE)}) == 1


def test_the_listener_survives_telegram_errors(harness, visitor, telegram_server):
    harness.events.on(PRESENCE, FakeAnswer({"activity": "a", "title": "Kuliah", "person": "siti", "guest": None}, 201))
    visitor.fail("getUpdates", 502, times=1)
    visitor.fail("sendMessage", 403, times=1)
    with harness.gateway():
        visitor.write(SITI, "hadir")
        wait_until(lambda: len(harness.events.calls(PRESENCE)) == 1, 10, "the first")
        visitor.write(SITI, "hadir")
        wait_until(lambda: visitor.messages(SITI)[-1]["from"]["is_bot"], 10, "the second's answer")


@pytest.mark.parametrize(
    ("api", "address"),
    [("https://api.telegram.org", "https://t.me/buku_bot?start=x-1"), ("http://here", "http://here/mulai?start=x-1")],
)
def test_the_link_leads_to_the_bot_once_its_name_is_known(api, address):
    answer = httpx.Response(200, json={"ok": True, "result": {"username": "buku_bot"}})
    telegram = Telegram(TelegramBot("1:x", api), 1.0, httpx.MockTransport(lambda _: answer))
    listener = listening.BotListener(telegram, None)
    assert listener.link("x-1") == ""
    telegram.get_updates = lambda *_: listener.stop() or []
    listener._listen(None)
    assert listener.link("x-1") == address


def test_the_gateway_stops_without_waiting_for_a_long_poll(harness, visitor, monkeypatch):
    monkeypatch.setattr(listening, "POLL_SECONDS", 20)
    with harness.gateway() as client:
        assert client.get("/healthz").status_code == 200
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    assert isinstance(client, httpx.Client)
