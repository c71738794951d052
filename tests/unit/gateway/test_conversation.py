"""Messages become calls of the services, once each, and Telegram ids go to members only."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from gateway.bot.conversation import BotConversation, RetryUpdate, incoming_message, is_presence, question_in
from gateway.edge.transport import Transport
from services.kernel.base.problem import Unavailable
from services.kernel.declare.policy import ActorSignature

from .harness import KEY, NOW, FakeAnswer, GatewayHarness

SITI, STRANGER, GROUP = 4711, 4712, -100123
PRESENCE, QUESTIONS = "POST /internal/lectures/presence", "POST /internal/lectures/questions"


class Following:
    """Domain time: runs like machine time, with an offset."""

    def __init__(self):
        self._apart = NOW - datetime.now(UTC)

    def now(self):
        return datetime.now(UTC) + self._apart


@pytest.fixture
def harness(tmp_path):
    harness = GatewayHarness(tmp_path)
    harness.clock = Following()
    harness.members.on(
        "GET /internal/telegram",
        lambda asked: FakeAnswer({"person": "siti" if asked.query == f"chat={SITI}" else None}),
    )
    harness.events.on(
        PRESENCE, FakeAnswer({"activity": "a", "title": "Kuliah OPAC", "person": "siti", "guest": None}, 201)
    )
    harness.events.on(QUESTIONS, FakeAnswer({"activity": "a", "question": "q", "state": "waiting", "place": 3}, 201))
    yield harness
    harness.close()


@pytest.fixture
def say(harness):
    numbers, began = iter(range(1, 1000)), datetime.now(UTC)

    def say(text, user=SITI, chat=None, ago=0, number=None, **sender):
        chat = {"id": user, "type": "private"} if chat is None else {"id": chat, "type": "supergroup"}
        date = int((began - timedelta(seconds=ago)).timestamp())
        sender = {"id": user, "is_bot": False, "first_name": "Siti", **sender}
        message = {"message_id": 9, "from": sender, "chat": chat, "date": date, "text": text}

        async def taken():
            transport = Transport(harness.configuration().urls, ActorSignature(KEY))
            conversation = BotConversation(transport, bytes.fromhex(KEY), harness.clock, "https://kediri.example")
            try:
                return await conversation.handle({"update_id": number or next(numbers), "message": message})
            finally:
                await transport.close()

        return asyncio.run(taken())

    return say


def test_start_with_a_link_token_links_the_telegram_account(harness, say):
    harness.members.on("POST /internal/telegram-link", FakeAnswer({"person": "siti"}))
    reply = say("/start abc_DEF-1", number=7)
    (asked,) = harness.members.calls("POST /internal/telegram-link")
    sent = asked.document
    guest = sent.pop("guest")
    assert sent == {"token": "abc_DEF-1", "chat": str(SITI)}
    assert str(SITI) not in guest
    assert asked.headers["idempotency-key"] == "telegram-7"
    assert (asked.actor.kind, asked.actor.id) == ("service", "gateway")
    assert "sudah terhubung" in reply.text
    assert "connected" in say("/start abc", language_code="en").text


def test_an_expired_link_token_is_explained(harness, say):
    refusal = {"status": 422, "rule": "no-lecture-in-this-chat", "detail": "too old"}
    harness.members.on("POST /internal/telegram-link", FakeAnswer(refusal, 422))
    assert say("/start abc").text == "Saat ini tidak ada kuliah di grup ini."


def test_presence_in_a_group_is_recorded_without_a_reply(harness, say):
    assert say("Hadir kak 🙏", chat=GROUP, number=11) is None
    (asked,) = harness.events.calls(PRESENCE)
    assert asked.document["person"] == "siti"
    assert asked.document["chat"] == str(GROUP)
    assert asked.headers["idempotency-key"] == "telegram-11"


def test_presence_in_a_private_chat_is_confirmed(harness, say):
    assert say("hadir").text == "Kehadiran Anda tercatat: Kuliah OPAC."
    assert "chat" not in harness.events.calls(PRESENCE)[0].document


def test_an_unlinked_account_takes_part_under_a_guest_id(harness, say):
    say("hadir", user=STRANGER, chat=GROUP)
    say("hadir", user=STRANGER)
    first, second = (asked.document for asked in harness.events.calls(PRESENCE))
    assert first["guest"] == second["guest"]
    assert "person" not in first
    for asked in harness.events.received:
        assert str(STRANGER) not in (asked.body.decode() + asked.path + asked.query)


def test_a_question_gets_its_place_in_the_queue(harness, say):
    reply = say("/tanya@jejaring_bot Apa itu\nMARC?", chat=GROUP)
    assert (reply.text, reply.silent, reply.message) == ("Pertanyaan Anda tercatat, nomor 3 dalam antrean.", True, 9)
    say("Apa bedanya dengan Dublin Core? #tanya", chat=GROUP)
    asked = [asked.document["text"] for asked in harness.events.calls(QUESTIONS)]
    assert asked == ["Apa itu MARC?", "Apa bedanya dengan Dublin Core?"]
    assert "misalnya" in say("/tanya").text


def test_other_group_messages_reach_no_service(harness, say):
    for text in ("Selamat pagi", "Ada yang jual buku?", "Saya tidak hadir", "hadir tidak ya?", "/start", "/bantuan"):
        assert say(text, chat=GROUP) is None
    assert harness.events.received == []
    assert harness.members.received == []


def test_other_private_messages_get_a_hint(harness, say):
    assert "«hadir»" in say("Selamat pagi").text
    assert "hubungkan Telegram" in say("/start").text
    assert harness.events.received == []


def test_a_refusal_is_told_in_a_private_chat_and_not_in_a_group(harness, say):
    harness.events.on(QUESTIONS, FakeAnswer({"status": 422, "rule": "which-lecture"}, 422))
    assert say("/tanya Apa?", chat=GROUP) is None
    assert say("/tanya Apa?").text.startswith("Saat ini ada beberapa kuliah")


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_an_update_is_retried_when_a_service_is_unavailable(harness, say, status):
    harness.events.on(PRESENCE, FakeAnswer({}, status))
    with pytest.raises(RetryUpdate):
        say("hadir")
    harness.events.down()
    with pytest.raises(Unavailable):
        say("hadir")


def test_an_update_that_a_service_rejects_does_not_block_the_next(harness, say):
    harness.members.on("GET /internal/telegram", FakeAnswer({"status": 400}, 400))
    harness.events.on(PRESENCE, FakeAnswer({"status": 400}, 400))
    assert say("hadir", chat=GROUP) is None
    assert "guest" in harness.events.calls(PRESENCE)[0].document


def test_a_repeated_update_sends_the_same_bytes(harness, say):
    for _ in range(3):
        say("hadir", ago=30, number=77)
    assert len({(asked.body, asked.headers["idempotency-key"]) for asked in harness.events.calls(PRESENCE)}) == 1


def test_an_update_that_was_handled_with_another_body_is_not_retried(harness, say):
    reused = {"type": "urn:jejaring:problem:key-reused", "status": 422}
    harness.events.on(PRESENCE, FakeAnswer(reused, 422))
    harness.events.on(QUESTIONS, FakeAnswer(reused, 422))
    assert say("hadir") is None
    assert say("/tanya Apa?") is None


def test_a_late_message_keeps_its_own_time(harness, say):
    say("hadir", ago=600)
    at = datetime.fromisoformat(harness.events.calls(PRESENCE)[0].document["at"])
    assert timedelta(seconds=595) < NOW - at < timedelta(seconds=605)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": "hadir", "from": {"id": 1, "is_bot": True}, "chat": {"id": -1, "type": "supergroup"}},
        {"text": "hadir", "chat": {"id": -1, "type": "channel"}},
        {
            "text": "hadir",
            "sender_chat": {},
            "from": {"id": 777000, "is_bot": False},
            "chat": {"id": -1, "type": "group"},
        },
        {"photo": [], "from": {"id": 1, "is_bot": False}, "chat": {"id": -1, "type": "group"}},
    ],
)
def test_updates_without_a_persons_text_are_ignored(message):
    assert incoming_message({"update_id": 1, "message": message}) is None


@pytest.mark.parametrize(
    "text",
    [
        "hadir",
        "Hadir.",
        "✋ hadir",
        "Saya hadir",
        "ya, hadir pak",
        "HADIR 🙏 (Siti, SMAN 4)",
        "Assalamualaikum, hadir",
        "Izin hadir",
        "Siap hadir",
        "Sari (SMAN 4) hadir",
        "Alhamdulillah bisa hadir",
    ],
)
def test_presence_is_recognised(text):
    assert is_presence(text)


@pytest.mark.parametrize(
    "text",
    [
        "tidak hadir",
        "belum bisa hadir",
        "tidak bisa hadir",
        "apa bisa hadir",
        "siapa saja yang hadir?",
        "kehadiran",
        "hadirin",
        "hadir " * 30,
        "Sudah hadir semua?",
        "Terima kasih yang sudah hadir",
    ],
)
def test_phrases_that_only_mention_presence_are_not_presence(text):
    assert not is_presence(text)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/tanya apa?", "apa?"),
        ("/tanya", ""),
        ("/tanyakan apa?", None),
        ("x #tanya", "x"),
        ("#tanyaku", None),
        ("apa?", None),
    ],
)
def test_a_question_is_recognised_by_its_command_or_tag(text, asked):
    assert question_in(text) == asked
