"""By which channel, when and whether: what a person wishes, on a real database, a real mail server and a real bot."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from deploy.mailbox.server import Mailbox
from deploy.telegram.server import TelegramServer
from deploy.telegram.visitor import Visitor
from services.kernel.mongo import connect
from services.kernel.policy import EVERYWHERE, Actor
from services.kernel.settings import TelegramBot
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START, STARTS
from tests.unit.notifications.house import House, Members, Post, community, playing_members

READER = Actor("person", "wahyu", grants={"deliveries.read": (EVERYWHERE,)})


@pytest.fixture
def members() -> Iterator[Members]:
    with playing_members() as played:
        yield played


@pytest.fixture
def house(
    mongodb_uri: str,
    database: Database[dict[str, Any]],
    mailbox: Mailbox,
    members: Members,
    telegram_server: TelegramServer,
) -> House:
    bot = TelegramBot(telegram_server.token, telegram_server.url)
    return House(connect(mongodb_uri)[database.name], members, mailbox.smtp_uri, bot)


@pytest.fixture
def post(mailbox: Mailbox, members: Members, database: Database[dict[str, Any]]) -> Post:
    return Post(mailbox, members, database.name.replace("_", ""))


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


def test_who_wishes_for_telegram_is_told_there_and_not_by_email(house: House, post: Post, chats: Chats) -> None:
    post.know("tono", telegram=chats.link("tono"))
    community(house, "tono")
    house.choose("tono", email=False, telegram=True)
    house.hear(facts.published())
    house.run()
    assert chats.to("tono") == [NEW]
    assert post.to("tono") == []
    assert house.told("tono") == {("activity-published", "telegram"): "sent"}


def test_whoever_wishes_for_both_is_told_on_both_and_otherwise_nobody_twice(
    house: House, post: Post, chats: Chats
) -> None:
    for person in ("tono", "sri"):
        post.know(person, telegram=chats.link(person))
    community(house, "tono", "sri")
    house.choose("tono", telegram=True)
    house.hear(facts.published())
    house.run()
    assert (chats.to("tono"), post.subjects("tono")) == ([NEW], [NEW])
    assert (chats.to("sri"), post.subjects("sri")) == ([], [NEW])


def test_whoever_wishes_for_both_and_has_one_is_told_on_that_once(house: House, post: Post) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", telegram=True)
    house.hear(facts.published())
    house.run()
    assert post.subjects("tono") == [NEW]
    assert house.told("tono") == {
        ("activity-published", "email"): "sent",
        ("activity-published", "telegram"): "no-contact",
    }


def test_who_wishes_for_what_they_do_not_have_is_told_by_what_they_have(
    house: House, post: Post, members: Members, chats: Chats
) -> None:
    post.know("tono")  # wishes for Telegram, has none
    members.know("sri", None, telegram=chats.link("sri"))  # wishes for nothing in particular, has no e-mail
    community(house, "tono", "sri")
    house.choose("tono", email=False, telegram=True)
    house.hear(facts.published())
    house.run()
    assert post.subjects("tono") == [NEW]
    assert chats.to("sri") == [NEW]
    assert house.deliveries()["tono"]["via"] == "email"
    assert house.deliveries()["sri"]["via"] == "telegram"


def test_who_has_just_linked_telegram_is_not_told_by_email_for_being_remembered_without_it(
    house: House, post: Post, chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notifications.people.JUST_NOW_SECONDS", 0.0)
    post.know("tono")
    community(house, "tono")
    house.choose("tono", email=False, telegram=True)
    house.hear(facts.published())
    house.run()
    post.know("tono", telegram=chats.link("tono"))
    house.hear(facts.seat("taken", "tono"))
    house.run()
    assert post.subjects("tono") == [NEW]
    assert chats.to("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]


def test_who_has_blocked_the_bot_is_told_by_email_in_the_same_round(house: House, post: Post, chats: Chats) -> None:
    post.know("tono", telegram=chats.link("tono"))
    community(house, "tono")
    house.choose("tono", email=False, telegram=True)
    chats.block("tono")
    house.hear(facts.published())
    house.run()
    assert post.subjects("tono") == [NEW]
    assert house.told("tono") == {("activity-published", "telegram"): "sent"}


def test_too_fast_is_no_attempt_and_is_tried_again_when_telegram_says(house: House, post: Post, chats: Chats) -> None:
    post.know("tono", telegram=chats.link("tono"))
    community(house, "tono")
    house.choose("tono", email=False, telegram=True)
    chats.visitor.fail("sendMessage", 429, times=1, retry_after=30)
    house.hear(facts.published())
    house.run()
    [waiting] = house.database.deliveries.find()
    assert (waiting["state"], waiting["attempts"], waiting["reason"]) == ("planned", 0, "429")
    assert waiting["retry_at"] > datetime.now(UTC) + timedelta(seconds=15)
    house.database.deliveries.update_many({}, {"$set": {"retry_at": START - timedelta(days=999)}})
    house.restarted()  # whose pace begins anew
    house.run()
    assert chats.to("tono") == [NEW]


def test_telegram_being_down_holds_up_nobody_who_is_told_by_email(
    house: House, post: Post, chats: Chats, telegram_server: TelegramServer
) -> None:
    post.know("tono", telegram=chats.link("tono"))
    post.know("sri")
    community(house, "tono", "sri")
    house.choose("tono", email=False, telegram=True)
    telegram_server.stop()
    house.hear(facts.published())
    house.run()
    assert post.subjects("sri") == [NEW]
    assert house.deliveries()["tono"]["state"] == "planned"
    telegram_server.start()
    house.restarted()  # a restarted sender does not rest
    house.run()
    assert chats.to("tono") == [NEW]


def test_a_lecture_is_announced_in_the_group_itself_once(house: House, chats: Chats, database: Database[Any]) -> None:
    group = -1_000_000_000_000 - abs(hash(database.name)) % 1_000_000_000
    chats.visitor.put_group(group, "Pustakawan Kediri")
    house.hear(facts.lecture(chat=str(group)))
    house.run()
    house.restarted()
    house.run()
    [message] = [message for message in chats.visitor.messages(group) if message["from"]["is_bot"]]
    assert message["text"].startswith("Kuliah di grup ini: Kuliah Z39.50\n")
    assert "Yth." not in message["text"]
    assert house.told("group-g") == {("lecture-announced", "telegram"): "sent"}


def test_a_muted_region_is_not_told_and_stands_in_the_inbox_all_the_same(house: House, post: Post) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", regions={"follow": [], "mute": ["kediri"]})
    house.hear(facts.published(), facts.seat("taken", "tono"))
    house.run()
    assert post.subjects("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]
    assert house.told("tono")["activity-published", "email"] == "unwanted"
    inbox = json.loads(house.ask("GET", "/v1/me/inbox", Actor("person", "tono")).body)
    assert {line["kind"] for line in inbox["items"]} == {"activity-published", "seat-taken"}


def test_ones_own_quiet_hours_are_kept_beside_the_communitys(house: House, post: Post) -> None:
    post.know("tono", "sri")
    community(house, "tono", "sri")
    house.choose("tono", quiet={"from": "09:00", "until": "21:30"})
    house.hear(facts.published())
    house.run()
    assert len(post.to("sri")) == 1
    # From 21.30 the community's own hours go on until 06.00 of the next day.
    assert house.deliveries()["tono"]["held_until"] == START + timedelta(hours=20)
    house.move_to(START + timedelta(hours=20))
    house.run()
    assert len(post.to("tono")) == 1


MONDAY = START.replace(day=7, hour=0)


def test_a_digest_tells_at_its_hour_what_would_have_been_told_singly_and_once(house: House, post: Post) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    house.hear(facts.published(), facts.published(activity="b", topic=None), facts.seat("taken", "tono"))
    house.run()
    assert post.subjects("tono") == ["Pendaftaran tercatat: Gathering: label barcode"]
    house.move_to(MONDAY)
    house.run()
    [digest] = [mail for mail in post.to("tono") if mail["subject"] == "Ringkasan mingguan dari komunitas"]
    assert digest["text"].count("- Kegiatan baru") == 2
    assert "/kegiatan/b" in digest["text"]
    assert set(house.told("tono").values()) == {"sent"}
    house.move_to(MONDAY + timedelta(days=7))
    house.run()
    digests = [subject for subject in post.subjects("tono") if subject.startswith("Ringkasan")]
    assert len(digests) == 1  # nothing was gathered, so nothing is sent


def test_what_would_be_worth_nothing_at_the_next_digest_is_told_singly(house: House, post: Post) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    house.hear(facts.published(starts=START + timedelta(days=2)))
    house.run()
    assert post.subjects("tono") == [NEW]


def test_who_gives_up_the_digest_gets_what_was_gathered_until_then(house: House, post: Post) -> None:
    post.know("tono")
    community(house, "tono")
    house.choose("tono", matters={"activities": "digest"})
    house.hear(facts.published())
    house.run()
    house.choose("tono", matters={"activities": "singly"})
    assert post.subjects("tono") == ["Ringkasan mingguan dari komunitas"]


def test_reminders_follow_a_new_time_and_come_once_each(house: House, post: Post) -> None:
    post.know("tono")
    community(house)
    house.hear(facts.published(topic=None), facts.seat("taken", "tono"))
    house.run()
    house.move_to(STARTS - timedelta(days=7))
    house.run()
    later = STARTS + timedelta(days=30)
    house.hear(facts.rescheduled(later))
    house.run()
    for before in (timedelta(days=7), timedelta(days=1), timedelta(hours=2)):
        house.move_to(later - before)
        house.run()
    reminders = [mail["text"] for mail in reversed(post.to("tono")) if mail["subject"].startswith("Pengingat")]
    days = [next(line for line in text.splitlines() if line.startswith("Waktu")) for text in reminders]
    assert [day.partition(", ")[2][:16] for day in days] == ["12 Desember 2026", *["11 Januari 2027 "] * 3]


def bounced(house: House, members: Members, post: Post) -> None:
    """Somebody whose address is gone, of a region with a coordinator, is told of two activities."""
    post.know("wahyu")
    members.know("tono", "tono@bounce.example")
    community(house, "tono", "wahyu")
    house.hear(facts.office("office-assumed", "wahyu"))
    house.hear(facts.published(), facts.published(activity="b", topic=None))
    house.run()


def test_an_address_that_refuses_twice_is_flagged_once_and_its_regions_coordinator_is_told(
    house: House, post: Post, members: Members
) -> None:
    bounced(house, members, post)
    house.hear(facts.published(activity="c", topic=None))
    house.run()
    flags = [mail for mail in post.to("wahyu") if mail["subject"].startswith("Kontak anggota")]
    assert len(flags) == 1
    assert "Bapak/Ibu Nama tono lewat email" in flags[0]["text"]
    [flagged] = json.loads(house.ask("GET", "/v1/contacts/bounced", READER).body)["items"]
    assert (flagged["person"], flagged["channel"], flagged["reason"], flagged["region"]) == (
        "tono",
        "email",
        "550",
        "kediri",
    )
    [one, *_] = json.loads(house.ask("GET", "/v1/deliveries", READER, person="tono").body)["items"]
    assert (one["state"], one["flagged"]) == ("failed", ["email"])
    elsewhere = Actor("person", "dewi", grants={"deliveries.read": ("blitar",)})
    assert json.loads(house.ask("GET", "/v1/contacts/bounced", elsewhere).body)["items"] == []
    assert house.ask("GET", "/v1/contacts/bounced", Actor("person", "tono")).status == 403


def test_what_failed_is_sent_again_under_its_identity_and_a_contact_that_works_is_flagged_no_more(
    house: House, post: Post, members: Members
) -> None:
    bounced(house, members, post)
    failed = [
        line["delivery"] for line in json.loads(house.ask("GET", "/v1/deliveries", READER, person="tono").body)["items"]
    ]
    post.know("tono")
    house.restarted()  # which forgets the address that it knew for a minute
    path = f"/v1/deliveries/{failed[0]}/resend"
    answers = [house.ask("POST", path, READER, {}, key="once").status for _ in range(2)]
    house.run()
    house.restarted()
    house.run()
    assert answers == [202, 202]
    assert [mail["message_id"] for mail in post.to("tono")] == [f"<{failed[0]}@jejaring.test>"]
    assert json.loads(house.ask("GET", "/v1/contacts/bounced", READER).body)["items"] == []
    again = house.ask("POST", path, READER, {}, key="twice")
    assert (again.status, json.loads(again.body)["rule"]) == (422, "delivery-not-failed")


def test_what_was_sent_again_in_vain_is_not_sent_again_for_being_read_again(
    house: House, post: Post, members: Members
) -> None:
    bounced(house, members, post)
    [failed, *_] = json.loads(house.ask("GET", "/v1/deliveries", READER, person="tono").body)["items"]
    house.ask("POST", f"/v1/deliveries/{failed['delivery']}/resend", READER, {}, key="once")
    house.run()
    post.know("tono")
    house.database.drop_collection("checkpoints")  # as no operator should
    house.restarted()
    house.run()
    assert post.to("tono") == []
    assert set(house.told("tono").values()) == {"failed"}


def test_sending_again_is_for_who_looks_after_deliveries_there_and_while_it_is_worth_it(
    house: House, post: Post, members: Members
) -> None:
    bounced(house, members, post)
    [line, *_] = json.loads(house.ask("GET", "/v1/deliveries", READER, person="tono").body)["items"]
    path = f"/v1/deliveries/{line['delivery']}/resend"
    assert house.ask("POST", path, None, {}).status == 401
    elsewhere = Actor("person", "dewi", grants={"deliveries.read": ("blitar",)})
    assert house.ask("POST", path, elsewhere, {}).status == 404
    house.move_to(STARTS)
    late = house.ask("POST", path, READER, {}, key="late")
    assert (late.status, json.loads(late.body)["rule"]) == (422, "not-worth-sending")


@pytest.mark.parametrize(
    "wish",
    [
        {"matters": {"weather": "off"}},
        {"matters": {"topics": "never"}},
        {"quiet": {"from": "25:00", "until": "06:00"}},
        {"quiet": {"from": "20:00"}},
        {"digest": {"every": "hour", "day": "mon", "at": "07:00"}},
        {"regions": {"follow": ["a.b"], "mute": []}},
        {"telegram": "yes"},
    ],
)
def test_wishes_that_make_no_sense_are_refused_and_change_nothing(house: House, wish: dict[str, Any]) -> None:
    sri = Actor("person", "sri")
    before = house.ask("GET", "/v1/me/preferences", sri).body
    assert house.ask("PUT", "/v1/me/preferences", sri, {"email": True, **wish}).status == 400
    assert house.ask("GET", "/v1/me/preferences", sri).body == before


def test_what_is_left_out_stays_as_it_was_chosen(house: House) -> None:
    house.choose("sri", telegram=True, quiet={"from": "12:00", "until": "13:00"}, matters={"topics": "off"})
    house.choose("sri", language="en")
    chosen = json.loads(house.ask("GET", "/v1/me/preferences", Actor("person", "sri")).body)
    assert (chosen["language"], chosen["telegram"]) == ("en", True)
    assert chosen["quiet"] == {"from": "12:00", "until": "13:00"}
    assert (chosen["matters"]["topics"], chosen["matters"]["activities"]) == ("off", "singly")
