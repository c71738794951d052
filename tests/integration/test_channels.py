"""By which channel, when and whether: what a person wishes, on a real database, a real mail server and a bot."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from deploy.demo.mailbox.server import Mailbox
from deploy.demo.telegram.server import TelegramServer
from deploy.demo.telegram.visitor import Visitor
from services.kernel.base.mongo import connect
from services.kernel.base.settings import TelegramBot
from tests.services.notifications.harness import NotificationsHarness, community
from tests.support.members_server import MembersServer, TestMail
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START


@pytest.fixture
def harness(
    mongodb_uri: str,
    database: Database[dict[str, Any]],
    mailbox: Mailbox,
    members: MembersServer,
    telegram_server: TelegramServer,
) -> NotificationsHarness:
    bot = TelegramBot(telegram_server.token, telegram_server.url)
    return NotificationsHarness(
        connect(mongodb_uri)[database.name], members=members.url, smtp=mailbox.smtp_uri, telegram=bot
    )


class Chats:
    """Private chats with the bot, each with a number of its own."""

    def __init__(self, visitor: Visitor, first: int) -> None:
        self.visitor = visitor
        self._first = first
        self._known: dict[str, int] = {}

    def link(self, person: str) -> str:
        """Somebody has spoken to the bot; answers the chat's id as members tells it."""
        number = self._known.setdefault(person, self._first + len(self._known))
        self.visitor.put_person(number, person)
        self.visitor.write(number, "/start")
        return str(number)

    def block(self, person: str) -> None:
        self.visitor.block(self._known[person])

    def to(self, person: str) -> list[str]:
        """What the bot wrote to a person: the first lines."""
        written = self.visitor.messages(self._known[person])
        return [message["text"].partition("\n")[0] for message in written if message["from"]["is_bot"]]


@pytest.fixture
def chats(telegram_server: TelegramServer, database: Database[dict[str, Any]]) -> Iterator[Chats]:
    visitor = Visitor(telegram_server.url)
    yield Chats(visitor, 100_000 + abs(hash(database.name)) % 1_000_000_000)
    visitor.close()


NEW = "Kegiatan baru: Gathering: label barcode"


def test_a_person_who_chose_telegram_gets_no_email(harness: NotificationsHarness, post: TestMail, chats: Chats) -> None:
    post.know("tono", telegram=chats.link("tono"))
    community(harness, "tono")
    harness.choose("tono", email=False, telegram=True)
    harness.hear(facts.published())
    harness.run()
    assert chats.to("tono") == [NEW]
    assert post.to("tono") == []
    assert harness.told("tono") == {("activity-published", "telegram"): "sent"}


def test_only_a_person_who_chose_both_channels_is_told_on_both(
    harness: NotificationsHarness, post: TestMail, chats: Chats
) -> None:
    for person in ("tono", "sri"):
        post.know(person, telegram=chats.link(person))
    community(harness, "tono", "sri")
    harness.choose("tono", telegram=True)
    harness.hear(facts.published())
    harness.run()
    assert (chats.to("tono"), post.subjects("tono")) == ([NEW], [NEW])
    assert (chats.to("sri"), post.subjects("sri")) == ([], [NEW])


def test_a_person_who_chose_both_channels_and_has_one_is_told_once(
    harness: NotificationsHarness, post: TestMail
) -> None:
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", telegram=True)
    harness.hear(facts.published())
    harness.run()
    assert post.subjects("tono") == [NEW]
    assert harness.told("tono") == {
        ("activity-published", "email"): "sent",
        ("activity-published", "telegram"): "no-contact",
    }


def test_a_person_without_the_chosen_channel_is_told_by_another(
    harness: NotificationsHarness, post: TestMail, members: MembersServer, chats: Chats
) -> None:
    post.know("tono")  # wishes for Telegram, has none
    members.know("sri", None, telegram=chats.link("sri"))  # wishes for nothing in particular, has no e-mail
    community(harness, "tono", "sri")
    harness.choose("tono", email=False, telegram=True)
    harness.hear(facts.published())
    harness.run()
    assert post.subjects("tono") == [NEW]
    assert chats.to("sri") == [NEW]
    assert harness.deliveries()["tono"]["via"] == "email"
    assert harness.deliveries()["sri"]["via"] == "telegram"


def test_who_has_just_linked_telegram_is_not_told_by_email_for_being_remembered_without_it(
    harness: NotificationsHarness, post: TestMail, chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notifications.sending.people.JUST_NOW_SECONDS", 0.0)
    post.know("tono")
    community(harness, "tono")
    harness.choose("tono", email=False, telegram=True)
    harness.hear(facts.published())
    harness.run()
    post.know("tono", telegram=chats.link("tono"))
    harness.hear(facts.seat("taken", "tono"))
    harness.run()
    assert post.subjects("tono") == [NEW]
    assert chats.to("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]


def test_who_has_blocked_the_bot_is_told_by_email_in_the_same_round(
    harness: NotificationsHarness, post: TestMail, chats: Chats
) -> None:
    post.know("tono", telegram=chats.link("tono"))
    community(harness, "tono")
    harness.choose("tono", email=False, telegram=True)
    chats.block("tono")
    harness.hear(facts.published())
    harness.run()
    assert post.subjects("tono") == [NEW]
    assert harness.told("tono") == {("activity-published", "telegram"): "sent"}


def test_a_429_of_telegram_costs_no_attempt_and_is_retried_when_telegram_says(
    harness: NotificationsHarness, post: TestMail, chats: Chats
) -> None:
    post.know("tono", telegram=chats.link("tono"))
    community(harness, "tono")
    harness.choose("tono", email=False, telegram=True)
    chats.visitor.fail("sendMessage", 429, times=1, retry_after=30)
    harness.hear(facts.published())
    harness.run()
    [waiting] = harness.database.deliveries.find()
    assert (waiting["state"], waiting["attempts"], waiting["reason"]) == ("planned", 0, "429")
    assert waiting["retry_at"] > datetime.now(UTC) + timedelta(seconds=15)
    harness.database.deliveries.update_many({}, {"$set": {"retry_at": START - timedelta(days=999)}})
    harness.restart()  # whose pace begins anew
    harness.run()
    assert chats.to("tono") == [NEW]


def test_telegram_being_down_holds_up_nobody_who_is_told_by_email(
    harness: NotificationsHarness, post: TestMail, chats: Chats, telegram_server: TelegramServer
) -> None:
    post.know("tono", telegram=chats.link("tono"))
    post.know("sri")
    community(harness, "tono", "sri")
    harness.choose("tono", email=False, telegram=True)
    telegram_server.stop()
    harness.hear(facts.published())
    harness.run()
    assert post.subjects("sri") == [NEW]
    assert harness.deliveries()["tono"]["state"] == "planned"
    telegram_server.start()
    harness.restart()  # a restarted sender does not rest
    harness.run()
    assert chats.to("tono") == [NEW]


def test_a_lecture_is_announced_in_the_group_itself_once(
    harness: NotificationsHarness, chats: Chats, database: Database[Any]
) -> None:
    group = -1_000_000_000_000 - abs(hash(database.name)) % 1_000_000_000
    chats.visitor.put_group(group, "Pustakawan Kediri")
    harness.hear(facts.lecture(chat=str(group)))
    harness.run()
    harness.restart()
    harness.run()
    [message] = [message for message in chats.visitor.messages(group) if message["from"]["is_bot"]]
    assert message["text"].startswith("Kuliah di grup ini: Kuliah Z39.50\n")
    assert "Yth." not in message["text"]
    assert harness.told("group-g") == {("lecture-announced", "telegram"): "sent"}


def test_without_a_mail_server_who_is_on_telegram_is_told_there_and_the_others_wait_for_one(
    harness: NotificationsHarness, members: MembersServer, post: TestMail, telegram_server: TelegramServer, chats: Chats
) -> None:
    with_both, bot = harness, TelegramBot(telegram_server.token, telegram_server.url)
    harness = NotificationsHarness(with_both.database, members=members.url, telegram=bot)
    post.know("sri", telegram=chats.link("sri"))
    post.know("budi")
    members.know("tono", None)
    community(harness, "sri", "budi", "tono")
    harness.hear(facts.published())
    harness.run()
    assert harness.states() == {"sri": "sent", "budi": "planned", "tono": "no-contact"}
    # The operator has found a mail server.
    harness.database.deliveries.update_many({"state": "planned"}, {"$set": {"retry_at": datetime.now(UTC)}})
    with_both.run()
    assert harness.states()["budi"] == "sent"
    assert len(post.to("budi")) == 1
