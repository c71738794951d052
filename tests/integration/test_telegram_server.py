"""The server that stands for Telegram behaves as its manual says, where our code depends on it."""

import json
import threading
import time
from itertools import count

import httpx
import pytest

from deploy.demo.telegram.server import TelegramServer
from deploy.demo.telegram.visitor import NotAllowed, Visitor
from deploy.waiting import wait_until
from services.kernel.base.settings import TelegramBot
from services.kernel.telegram.bot_api import (
    AnotherListener,
    BadRequest,
    Blocked,
    Telegram,
    TooManyRequests,
    Unavailable,
    WrongToken,
)

numbers = count(1000)
LIMITS = {"chat": (1000, 1.0), "group": (1000, 1.0), "everything": (1000, 1.0)}


@pytest.fixture
def visitor(telegram_server):
    visitor = Visitor(telegram_server.url)
    visitor.limits(**LIMITS)
    yield visitor
    visitor.release()
    visitor.close()


@pytest.fixture
def telegram(telegram_server):
    with Telegram(TelegramBot(telegram_server.token, telegram_server.url), 5.0) as telegram:
        yield telegram


@pytest.fixture
def siti(visitor):
    number = next(numbers)
    visitor.put_person(number, "Siti", username="siti")
    return number


@pytest.fixture
def group(visitor, siti):
    number = -next(numbers)
    visitor.put_group(number, "Kuliah WA", members=[siti])
    return number


def drained(telegram, offset=0):
    updates = telegram.get_updates(offset, 0)
    return updates, (updates[-1]["update_id"] + 1 if updates else offset)


def test_a_flag_that_is_not_given_becomes_false(telegram, visitor, group):
    telegram.call("setChatPermissions", chat_id=group, permissions={"can_send_polls": False})
    assert set(telegram.get_chat_permissions(group).values()) == {False}
    assert visitor.permissions(group) == telegram.get_chat_permissions(group)


def test_without_independence_some_flags_imply_others(telegram, group):
    wanted = {"can_send_polls": True}
    telegram.call("setChatPermissions", chat_id=group, permissions=wanted)
    assert telegram.get_chat_permissions(group)["can_send_messages"] is True
    telegram.set_chat_permissions(group, wanted)
    assert telegram.get_chat_permissions(group)["can_send_messages"] is False
    telegram.call("setChatPermissions", chat_id=group, permissions={"can_add_web_page_previews": True})
    assert telegram.get_chat_permissions(group)["can_send_photos"] is True


def test_what_was_found_can_be_given_back_with_flags_of_the_future(telegram, visitor, siti):
    chat = -next(numbers)
    visitor.put_group(chat, "Nanti", [siti], permissions={"can_send_polls": True, "can_send_smells": True})
    found = json.dumps(telegram.get_chat_permissions(chat))
    telegram.set_chat_permissions(chat, {})
    assert telegram.get_chat_permissions(chat)["can_send_smells"] is False
    telegram.set_chat_permissions(chat, json.loads(found))
    assert json.dumps(telegram.get_chat_permissions(chat)) == found


def test_only_an_administrator_with_the_right_may_restrict(telegram, visitor, siti):
    chat = -next(numbers)
    visitor.put_group(chat, "Tanpa hak", [siti], rights={"can_restrict_members": False})
    with pytest.raises(BadRequest, match="not enough rights"):
        telegram.set_chat_permissions(chat, {})
    visitor.put_group(chat, "Anggota biasa", [siti], bot="member")
    with pytest.raises(BadRequest, match="not enough rights"):
        telegram.set_chat_permissions(chat, {})
    visitor.put_group(chat, "Dikeluarkan", [siti], bot="none")
    with pytest.raises(Blocked, match="kicked"):
        telegram.get_chat(chat)


def test_who_is_restricted_cannot_write_and_who_leads_can(telegram, visitor, siti):
    chat, leader = -next(numbers), next(numbers)
    visitor.put_person(leader, "Wahyu")
    visitor.put_group(chat, "Kuliah", [siti], [leader])
    visitor.write(siti, "Selamat pagi", chat)
    telegram.set_chat_permissions(chat, {})
    with pytest.raises(NotAllowed):
        visitor.write(siti, "Saya mau jualan", chat)
    visitor.write(leader, "Mulai ya", chat)
    telegram.send_message(chat, "Kuliah dimulai.")
    assert [message["text"] for message in visitor.messages(chat)] == ["Selamat pagi", "Mulai ya", "Kuliah dimulai."]


def test_an_update_comes_until_a_higher_offset_confirms_it(telegram, visitor, siti):
    _, offset = drained(telegram)
    visitor.write(siti, "/start abc")
    visitor.write(siti, "halo")

    first, after = drained(telegram, offset)
    assert [update["message"]["text"] for update in first] == ["/start abc", "halo"]
    assert first[0]["message"]["chat"]["type"] == "private"
    assert first[0]["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert drained(telegram, offset)[0] == first
    assert drained(telegram, after)[0] == []
    assert drained(telegram, 0)[0] == []


def test_what_is_written_under_one_key_is_written_once(telegram, visitor, siti):
    _, offset = drained(telegram)
    assert visitor.write(siti, "halo", key=f"{siti}/1") == visitor.write(siti, "halo", key=f"{siti}/1")
    assert len(drained(telegram, offset)[0]) == 1


def test_listening_waits_for_what_is_written(telegram, visitor, siti):
    _, offset = drained(telegram)
    writing = threading.Timer(0.2, visitor.write, (siti, "sebentar"))
    writing.start()
    begun = time.monotonic()
    (update,) = telegram.get_updates(offset, 10)
    writing.join()
    assert update["message"]["text"] == "sebentar"
    assert time.monotonic() - begun < 5


def test_a_second_listener_ends_the_first_ones_waiting(telegram, visitor):
    _, offset = drained(telegram)
    seen = []

    def listen():
        try:
            telegram.get_updates(offset, 10)
        except AnotherListener as error:
            seen.append(error)

    listening = threading.Thread(target=listen)
    listening.start()
    time.sleep(0.2)
    telegram.get_updates(offset, 0)
    listening.join(60)
    assert len(seen) == 1


def test_a_bot_that_is_no_administrator_sees_only_what_is_meant_for_it(telegram, visitor, siti):
    chat = -next(numbers)
    visitor.put_group(chat, "Pribadi", [siti], bot="member")
    _, offset = drained(telegram)
    visitor.write(siti, "rahasia", chat)
    visitor.write(siti, "/tanya apa itu SLiMS?", chat)
    question = visitor.messages(chat)[-1]
    answer = telegram.send_message(chat, "Perangkat lunak perpustakaan", question["message_id"])
    visitor.write(siti, "hadir", chat, answer["message_id"])
    assert [update["message"]["text"] for update in drained(telegram, offset)[0]] == ["/tanya apa itu SLiMS?", "hadir"]


def test_the_wrong_token_an_unknown_chat_and_an_unknown_method(telegram_server, telegram):
    with Telegram(TelegramBot("8027:another", telegram_server.url), 5.0) as stranger, pytest.raises(WrongToken):
        stranger.get_me()
    with pytest.raises(BadRequest, match="chat not found"):
        telegram.send_message(-1, "Halo")
    with pytest.raises(WrongToken, match="404"):
        telegram.call("sendPigeon")
    assert telegram.get_me()["username"]


def test_whoever_blocked_the_bot_or_never_wrote_to_it_gets_nothing(telegram, visitor, siti):
    with pytest.raises(BadRequest, match="chat not found"):
        telegram.send_message(siti, "Halo")
    visitor.write(siti, "/start")
    telegram.send_message(siti, "Halo")
    visitor.block(siti)
    with pytest.raises(Blocked, match="blocked by the user"):
        telegram.send_message(siti, "Halo?")
    visitor.block(siti, blocked=False)
    telegram.send_message(siti, "Halo!")


def test_too_fast_is_429_with_the_seconds_to_wait(telegram, visitor, group):
    visitor.limits(**LIMITS | {"chat": (1, 5.0)})
    telegram.send_message(group, "Satu")
    with pytest.raises(TooManyRequests) as found:
        telegram.send_message(group, "Dua")
    assert found.value.retry_after == 5
    assert [message["text"] for message in visitor.messages(group)] == ["Satu"]


def test_ordered_failures_come_as_often_as_ordered(telegram, visitor, group):
    visitor.fail("getChat", 500, times=1)
    with pytest.raises(Unavailable):
        telegram.get_chat(group)
    assert telegram.get_chat(group)["title"] == "Kuliah WA"


def test_a_held_call_waits_before_or_after_it_takes_effect(telegram, visitor, group):
    for moment, effect in (("before", True), ("after", False)):
        telegram.set_chat_permissions(group, {"can_send_messages": True})
        visitor.hold("setChatPermissions", moment)
        calling = threading.Thread(target=telegram.set_chat_permissions, args=(group, {}))
        calling.start()
        wait_until(lambda: visitor.held() == ["setChatPermissions"], 5, "the call to be held")
        assert visitor.permissions(group)["can_send_messages"] is effect
        visitor.release()
        calling.join(60)
        assert visitor.permissions(group)["can_send_messages"] is False


def test_messages_are_edited_deleted_and_pinned_within_the_rights(telegram, visitor, siti, group):
    own = telegram.send_message(group, "Antrean: 1")["message_id"]
    telegram.call("editMessageText", chat_id=group, message_id=own, text="Antrean: 2")
    telegram.call("pinChatMessage", chat_id=group, message_id=own)
    theirs = visitor.write(siti, "jualan", group)["message_id"]
    with pytest.raises(BadRequest, match="can't be edited"):
        telegram.call("editMessageText", chat_id=group, message_id=theirs, text="x")
    telegram.call("deleteMessage", chat_id=group, message_id=theirs)
    with pytest.raises(BadRequest, match="not found"):
        telegram.call("deleteMessage", chat_id=group, message_id=theirs)
    with pytest.raises(BadRequest, match="too long"):
        telegram.send_message(group, "x" * 4097)
    assert [message["text"] for message in visitor.messages(group)] == ["Antrean: 2"]
    assert telegram.get_chat(group)["pinned_message"]["message_id"] == own


def test_parameters_may_come_in_a_query_or_a_form(telegram_server, group):
    address = f"{telegram_server.url}/bot{telegram_server.token}"
    sent = httpx.get(f"{address}/sendmessage", params={"chat_id": group, "text": "lewat alamat"}).json()
    assert sent["result"]["text"] == "lewat alamat"
    form = {
        "chat_id": str(group),
        "permissions": '{"can_send_messages": true}',
        "use_independent_chat_permissions": "true",
    }
    assert httpx.post(f"{address}/setChatPermissions", data=form).json() == {"ok": True, "result": True}


def test_the_telegram_servers_state_outlives_a_kill(tmp_path):
    server = TelegramServer(tmp_path)
    server.start()
    try:
        visitor = Visitor(server.url)
        visitor.put_person(7, "Siti")
        visitor.put_group(-7, "Kuliah", [7])
        visitor.write(7, "hadir", -7)
        with Telegram(TelegramBot(server.token, server.url), 5.0) as telegram:
            telegram.set_chat_permissions(-7, {"can_send_photos": True})
        before = visitor.chat(-7)
        server.kill()
        with (tmp_path / "journal.jsonl").open("ab") as journal:
            journal.write(b'[{"kind":"perm')
        server.start()
        assert Visitor(server.url).chat(-7) == before
        with Telegram(TelegramBot(server.token, server.url), 5.0) as telegram:
            (update,) = telegram.get_updates(0, 0)
        assert update["message"]["text"] == "hadir"
    finally:
        server.stop()
