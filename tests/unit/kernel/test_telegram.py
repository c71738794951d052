"""What the Bot API answers becomes a result or one of a few errors, and the token stays inside."""

import json
import logging
import traceback

import httpx
import pytest

from services.kernel.base.settings import SettingsError, TelegramBot, telegram_bot
from services.kernel.telegram.bot_api import (
    AnotherListener,
    BadRequest,
    Blocked,
    Telegram,
    TooManyRequests,
    Unavailable,
    WrongToken,
)

TOKEN = "123:very-secret"
PERMISSIONS = {"can_send_messages": True, "can_do_what_nobody_knows_yet": False, "can_send_polls": True}


def bot(answer):
    return Telegram(TelegramBot(TOKEN, "http://telegram.test"), 2.0, httpx.MockTransport(answer))


def refusing(status, **document):
    return bot(lambda _request: httpx.Response(status, json={"ok": False, "error_code": status, **document}))


def test_permissions_go_out_as_they_came_in_every_flag_for_itself():
    seen = []

    def answer(request):
        seen.append((request.url.path, json.loads(request.content)))
        return httpx.Response(200, json={"ok": True, "result": {"id": -1, "permissions": PERMISSIONS}})

    with bot(answer) as telegram:
        telegram.set_chat_permissions(-1, telegram.get_chat_permissions(-1))

    assert seen[1] == (
        f"/bot{TOKEN}/setChatPermissions",
        {"chat_id": -1, "permissions": PERMISSIONS, "use_independent_chat_permissions": True},
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, BadRequest), (401, WrongToken), (403, Blocked), (404, WrongToken), (409, AnotherListener)],
)
def test_each_refusal_has_its_name(status, kind):
    with pytest.raises(kind, match=f"sendMessage: {status} So it is"):
        refusing(status, description="So it is").send_message(1, "Halo")


def test_a_429_has_the_seconds_to_wait():
    with pytest.raises(TooManyRequests) as found:
        refusing(429, parameters={"retry_after": 7}).send_message(1, "Halo")
    assert found.value.retry_after == 7


def test_an_error_for_a_moved_group_has_the_new_id():
    with pytest.raises(BadRequest) as found:
        refusing(400, parameters={"migrate_to_chat_id": -1009}).get_chat(-9)
    assert found.value.moved_to == -1009


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502, text="<html>"),
        httpx.Response(500, json={"ok": False, "description": "Internal"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"ok": True, "result": [1]}),
        httpx.Response(302, headers={"Location": "http://elsewhere.test"}),
    ],
)
def test_a_response_without_a_readable_result_is_unavailable(answer):
    with pytest.raises(Unavailable):
        bot(lambda _request: answer).get_me()


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.InvalidURL])
def test_the_token_is_in_no_exception_and_in_no_log(error, caplog):
    caplog.set_level(logging.DEBUG)

    def broken(request):
        if error is httpx.InvalidURL:
            raise error(f"bad {request.url}")
        raise error(f"failed at {request.url}", request=request)

    telegram = bot(broken)
    with pytest.raises(Unavailable) as found:
        telegram.get_me()
    refusing(403).close()

    shown = "".join(traceback.format_exception(found.value)) + caplog.text + repr(telegram)
    assert "very-secret" not in shown
    assert found.value.__cause__ is None
    assert found.value.__context__ is None


def test_a_successful_call_leaves_no_token_in_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    bot(lambda _request: httpx.Response(200, json={"ok": True, "result": {"id": 1}})).get_me()
    assert "very-secret" not in caplog.text


def test_the_token_comes_from_the_environment_or_a_file_and_shows_nowhere(tmp_path):
    assert telegram_bot({"JEJARING_SECRETS": str(tmp_path)}) is None
    (tmp_path / "telegram.token").write_text(f"{TOKEN}\n")
    found = telegram_bot({"JEJARING_SECRETS": str(tmp_path)})
    assert found == TelegramBot(TOKEN, "https://api.telegram.org")
    assert "secret" not in repr(found)
    given = telegram_bot({"TELEGRAM_TOKEN": "9:x", "TELEGRAM_API": "http://127.0.0.1:8027/"})
    assert given == TelegramBot("9:x", "http://127.0.0.1:8027")
    with pytest.raises(SettingsError) as wrong:
        telegram_bot({"TELEGRAM_TOKEN": "very/secret"})
    assert "very" not in str(wrong.value)
