"""The pages on which a person looks at the chats of this machine, and writes as somebody."""

import httpx
import pytest

from deploy.demo.telegram.visitor import Visitor
from services.kernel.base.settings import TelegramBot
from services.kernel.telegram.bot_api import Telegram

SITI, GROUP = 660_001, -660_001


@pytest.fixture
def visitor(telegram_server):
    visitor = Visitor(telegram_server.url)
    visitor.put_person(SITI, "Siti")
    visitor.put_group(GROUP, "Kuliah WA", [SITI])
    yield visitor
    visitor.close()


@pytest.fixture
def telegram(telegram_server):
    with Telegram(TelegramBot(telegram_server.token, telegram_server.url), 5.0) as telegram:
        yield telegram


def test_a_person_writes_and_nothing_of_it_runs(telegram_server, telegram, visitor):
    visitor.write(SITI, "<script>alert(1)</script>", GROUP)
    page = f"{telegram_server.url}/obrolan/{GROUP}"
    assert "&lt;script&gt;" in httpx.get(page).text
    assert httpx.post(page, data={"orang": SITI, "teks": "dari halaman"}).status_code == 303
    telegram.set_chat_permissions(GROUP, {})
    refused = httpx.post(page, data={"orang": SITI, "teks": "terlambat"})
    assert refused.status_code == 403
    assert "Sedang dibatasi" in refused.text
    assert "sedang dibatasi" in httpx.get(telegram_server.url).text
    assert [message["text"] for message in visitor.messages(GROUP)][1:] == ["dari halaman"]


def test_a_deep_link_opens_a_chat_as_somebody_new_or_known(telegram_server, visitor):
    page = f"{telegram_server.url}/mulai"
    assert 'value="tok_en-1"' in httpx.get(page, params={"start": "tok_en-1"}).text
    opened = httpx.post(page, data={"start": "tok_en-1", "orang": "", "nama": "Ibu Rahma"})
    number = int(opened.headers["location"].rpartition("/")[2])
    again = httpx.post(page, data={"start": "", "orang": str(number), "nama": ""})
    assert again.headers["location"] == opened.headers["location"]
    assert httpx.post(page, data={"start": "x", "orang": "", "nama": " "}).status_code == 400
    written = visitor.messages(number)
    assert [message["text"] for message in written] == ["/start tok_en-1", "/start"]
    assert written[0]["from"]["first_name"] == "Ibu Rahma"
