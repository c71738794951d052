"""A letter by Telegram goes once, at the pace that is allowed, and what the answers mean for it is one of few words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deploy.demo.telegram.visitor import Visitor
from services.kernel.base.settings import TelegramBot
from services.kernel.telegram.bot_api import BadRequest, Blocked, Telegram, TooManyRequests, Unavailable, WrongToken
from services.notifications.sending.channel import ChannelDown, Deferred, Letter, Rejected
from services.notifications.sending.telegram_channel import TelegramChannel, as_text

LETTER = Letter(
    "4711", "Kegiatan baru:\nKatalog", "Bapak/Ibu yth.\nBesok.\n", "m-1@test", "id", datetime(2026, 11, 24, tzinfo=UTC)
)


class Bot:
    """Answers in turn; the last answer stays."""

    def __init__(self, *answers):
        self.answers, self.sent = list(answers), []

    def send_message(self, chat, text):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer
        self.sent.append((chat, text))


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 10.0
        return self.now


def channel(*answers):
    return TelegramChannel(Bot(*answers), monotonic=Clock())


def test_the_subject_and_the_text_are_one_plain_message():
    taking = channel(None)
    with taking:
        taking.reach()
        taking.send(LETTER)
    assert taking._telegram.sent == [("4711", "Kegiatan baru: Katalog\n\nBapak/Ibu yth.\nBesok.")]


@pytest.mark.parametrize("text", ["a" * 5000, "🙂" * 5000, "a" + "🙂" * 5000])
def test_a_text_that_is_too_long_is_cut_where_telegram_would_refuse(text):
    cut = as_text(replace(LETTER, text=text))
    assert cut.endswith("…")
    assert 4090 < len(cut.encode("utf-16-le")) // 2 <= 4096


@pytest.mark.parametrize(
    ("answer", "means", "reason"),
    [
        (Blocked("403"), Rejected, "blocked"),
        (BadRequest("400 chat not found"), Rejected, "400"),
        (WrongToken("401"), ChannelDown, "WrongToken"),
        (Unavailable("x", maybe_done=False), ChannelDown, "no connection"),
    ],
)
def test_each_reply_of_telegram_has_its_error(answer, means, reason):
    with pytest.raises(means, match=reason) as found:
        channel(answer).send(LETTER)
    assert found.value.__cause__ is None


def test_a_429_defers_for_the_pause_it_names():
    refusing = channel(TooManyRequests("429", 60), None)
    with pytest.raises(Deferred) as found:
        refusing.send(LETTER)
    assert found.value.seconds == 60
    with pytest.raises(Deferred, match="paced"):
        refusing.send(LETTER)


def test_a_message_with_an_unknown_outcome_is_sent_once_more():
    silent = channel(Unavailable("timeout"))
    with pytest.raises(Deferred, match="no answer") as found:
        silent.send(LETTER)
    assert found.value.seconds is None
    with pytest.raises(Rejected, match="unanswered"):
        silent.send(LETTER)


def test_two_letters_to_one_chat_keep_a_second_between_them():
    taking = TelegramChannel(Bot(None), monotonic=lambda: 5.0)
    taking.send(LETTER)
    with pytest.raises(Deferred, match="paced") as found:
        taking.send(LETTER)
    assert found.value.seconds == 1.0
    taking.send(replace(LETTER, to="4712"))


def test_over_http_a_message_arrives_and_a_blocked_bot_is_rejected(telegram_server):
    visitor = Visitor(telegram_server.url)
    visitor.put_person(880_001, "Siti")
    visitor.write(880_001, "/start")
    with Telegram(TelegramBot(telegram_server.token, telegram_server.url), 5.0) as telegram:
        taking = TelegramChannel(telegram, monotonic=Clock())
        taking.send(replace(LETTER, to="880001"))
        assert visitor.messages(880_001)[-1]["text"] == as_text(LETTER)
        visitor.block(880_001)
        with pytest.raises(Rejected, match="blocked"):
            taking.send(replace(LETTER, to="880001"))
