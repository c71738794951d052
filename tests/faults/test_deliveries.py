"""Deliveries when something dies: B8 and B9 of the protocol's trials, on real processes.

What arrives is counted by identity: one mail is one ``Message-ID``, however often a crash repeats it.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect, PyMongoError
from pymongo.monitoring import CommandListener, CommandStartedEvent

from deploy.database import Database as DatabaseServer
from deploy.mailbox.server import Mailbox
from deploy.telegram.server import TelegramServer
from deploy.telegram.visitor import Visitor
from services.kernel.mongo import connect
from services.kernel.settings import TelegramBot
from services.notifications.channel import ChannelDown, Deferred, Fault, Letter, Rejected
from services.notifications.composing import Composer
from services.notifications.deliveries import Deliveries, Delivery, delivery_id
from services.notifications.domain.message import Kind, MessagePlanned, Variable
from services.notifications.domain.preference import Preference, Wishes
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.mail import SmtpServer
from services.notifications.patience import Machine, Patience
from services.notifications.people import Contact
from services.notifications.sender import Sender
from services.notifications.telegram_channel import TelegramChannel
from tests.unit.notifications import facts
from tests.unit.notifications.facts import START, STARTS
from tests.unit.notifications.house import House, Members, playing_members

ROOT = Path(__file__).resolve().parents[2]
MESSAGE = MessagePlanned(
    "fact",
    Kind.ACTIVITY_PUBLISHED,
    ("sri",),
    tuple(Variable(n, v) for n, v in {"title": "t", "starts": STARTS.isoformat(), "ends": STARTS.isoformat(), "venue": "v"}.items()),
    STARTS,
    False,
    "a",
    "kediri",
)  # fmt: skip


@pytest.fixture
def members() -> Iterator[Members]:
    with playing_members() as played:
        yield played


@pytest.fixture
def house(mongodb_uri: str, database: Database[dict[str, Any]], mailbox: Mailbox, members: Members) -> House:
    return House(connect(mongodb_uri)[database.name], members, mailbox.smtp_uri)


def planned(house: House, members: Members) -> str:
    """One publication planned for one person; answers the address."""
    address = members.know("tono", f"tono.{house.database.name.replace('_', '')}@perpus.example")
    assert address is not None
    house.hear(facts.region_opened(), facts.joined("tono", "board"), facts.published())
    house.step("audience.inbox")
    house.step("deliveries")
    return address


def child_that_dies(database_uri: str, database: str, members_url: str, smtp: str, moment: str) -> None:
    """A sender in a process of its own, killed with SIGKILL ``before`` or ``after`` the mail server has taken the mail."""

    def die(self: SmtpServer, mail: Letter) -> None:
        if moment == "after":
            send(self, mail)
        os.kill(os.getpid(), signal.SIGKILL)

    send = SmtpServer.send
    SmtpServer.send = die  # type: ignore[method-assign]
    with playing_members() as members:
        members.url = members_url
        House(connect(database_uri)[database], members, smtp).step("sender")


def die(house: House, mongodb_uri: str, mailbox: Mailbox, moment: str) -> None:
    script = "import sys; from tests.faults.test_deliveries import child_that_dies; child_that_dies(*sys.argv[1:])"
    arguments = (mongodb_uri, house.database.name, house.members.url, mailbox.smtp_uri, moment)
    child = subprocess.run([sys.executable, "-c", script, *arguments], cwd=ROOT, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL


def test_killed_between_the_servers_yes_and_its_record_the_mail_is_sent_again_under_the_same_identity(
    house: House, members: Members, mailbox: Mailbox, mongodb_uri: str
) -> None:
    address = planned(house, members)
    die(house, mongodb_uri, mailbox, "after")
    assert house.states() == {"tono": "sending"}
    house.restarted()
    house.run()
    identities = [mail["message_id"] for mail in mailbox.messages(to=address)]
    assert identities == [f"<{house.deliveries()['tono']['_id']}@jejaring.test>"] * 2
    assert house.states() == {"tono": "sent"}


def bot_child_that_dies(database_uri: str, database: str, members_url: str, api: str) -> None:
    """The same by Telegram: killed when the bot has written and nobody has recorded it."""

    def die(self: TelegramChannel, letter: Letter) -> None:
        send(self, letter)
        os.kill(os.getpid(), signal.SIGKILL)

    send = TelegramChannel.send
    TelegramChannel.send = die  # type: ignore[method-assign]
    with playing_members() as members:
        members.url = members_url
        House(connect(database_uri)[database], members, None, TelegramBot(TelegramServer.token, api)).step("sender")


def test_killed_between_telegrams_yes_and_its_record_the_message_is_repeated_at_most_once(
    mongodb_uri: str, database: Database[dict[str, Any]], members: Members, telegram_server: TelegramServer
) -> None:
    chat = 200_000_000 + abs(hash(database.name)) % 1_000_000_000
    visitor = Visitor(telegram_server.url)
    visitor.put_person(chat, "Tono")
    visitor.write(chat, "/start")
    bot = TelegramBot(telegram_server.token, telegram_server.url)
    house = House(connect(mongodb_uri)[database.name], members, None, bot)
    members.know("tono", None, telegram=str(chat))
    house.choose("tono", email=False, telegram=True)
    house.hear(facts.region_opened(), facts.joined("tono", "board"), facts.published())
    house.step("audience.inbox")
    house.step("deliveries")
    script = (
        "import sys; from tests.faults.test_deliveries import bot_child_that_dies; bot_child_that_dies(*sys.argv[1:])"
    )
    arguments = (mongodb_uri, database.name, members.url, telegram_server.url)
    child = subprocess.run([sys.executable, "-c", script, *arguments], cwd=ROOT, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL
    assert house.states() == {"tono": "sending"}
    for _ in range(2):
        house.restarted()
        house.run()
    written = [message for message in visitor.messages(chat) if message["from"]["is_bot"]]
    visitor.close()
    assert len(written) == 2
    assert house.deliveries()["tono"]["attempts"] == 2
    assert house.states() == {"tono": "sent"}


def test_killed_between_the_attempts_record_and_the_server_the_mail_is_not_lost(
    house: House, members: Members, mailbox: Mailbox, mongodb_uri: str
) -> None:
    address = planned(house, members)
    die(house, mongodb_uri, mailbox, "before")
    assert house.states() == {"tono": "sending"}
    assert mailbox.messages(to=address) == []
    house.restarted()
    house.run()
    assert len(mailbox.messages(to=address)) == 1
    assert house.deliveries()["tono"]["attempts"] == 2


def test_killed_again_and_again_it_is_given_up_at_last(
    house: House, members: Members, mailbox: Mailbox, mongodb_uri: str
) -> None:
    planned(house, members)
    house.database.deliveries.update_one({}, {"$set": {"attempts": Patience().attempts, "state": "sending"}})
    house.run()
    assert house.states() == {"tono": "failed"}


def test_the_database_killed_after_the_servers_yes_does_not_make_the_living_sender_repeat_itself(
    house: House, members: Members, mailbox: Mailbox, database_server: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = planned(house, members)
    send = SmtpServer.send

    def send_and_kill(self: SmtpServer, mail: Letter) -> None:
        send(self, mail)
        database_server.kill()

    monkeypatch.setattr(SmtpServer, "send", send_and_kill)
    with pytest.raises(PyMongoError):
        house.step("sender")
    monkeypatch.undo()
    database_server.start()
    house.run()
    assert len(mailbox.messages(to=address)) == 1
    assert house.states() == {"tono": "sent"}


def test_planned_deliveries_survive_the_databases_sudden_end(
    house: House, members: Members, mailbox: Mailbox, database_server: DatabaseServer
) -> None:
    address = planned(house, members)
    database_server.kill()
    database_server.start()
    house.restarted()
    house.run()
    assert len(mailbox.messages(to=address)) == 1


def test_the_planner_killed_between_deliveries_and_checkpoint_plans_nothing_twice(
    house: House, members: Members, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = members.know("tono", f"tono.{house.database.name.replace('_', '')}@perpus.example")
    house.hear(facts.region_opened(), facts.joined("tono", "board"), facts.published())
    house.step("audience.inbox")

    def killed(*_: Any) -> None:
        raise AutoReconnect("killed here")

    monkeypatch.setattr("services.kernel.reader.Checkpoints.move", killed)
    with pytest.raises(AutoReconnect):
        house.step("deliveries")
    monkeypatch.undo()
    house.run()
    assert len(mailbox.messages(to=address)) == 1


def test_a_mail_server_that_is_away_costs_no_attempt(house: House, members: Members, mailbox: Mailbox) -> None:
    address = planned(house, members)
    mailbox.stop()
    house.run()
    assert house.deliveries()["tono"] | {"attempts": 0, "state": "planned"} == house.deliveries()["tono"]
    mailbox.start()
    house.restarted()  # a restarted sender does not rest
    house.run()
    assert len(mailbox.messages(to=address)) == 1


class Writes(CommandListener):
    """The write concerns that go over the wire to one collection."""

    def __init__(self) -> None:
        self.concerns: Counter[str] = Counter()

    def started(self, event: CommandStartedEvent) -> None:
        if event.command.get(event.command_name) == "deliveries" and event.command_name in ("insert", "update"):
            concern = event.command.get("writeConcern", {})
            self.concerns[f"w={concern.get('w')} j={concern.get('j')}"] += 1

    def succeeded(self, event: Any) -> None:
        """Not of interest."""

    def failed(self, event: Any) -> None:
        """Not of interest."""


def test_every_write_of_a_delivery_waits_for_the_majority_and_the_journal(
    mongodb_uri: str, database: Database[dict[str, Any]], mailbox: Mailbox, members: Members
) -> None:
    writes = Writes()
    with pymongo.MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[writes]) as client:
        house = House(client[database.name], members, mailbox.smtp_uri)
        planned(house, members)
        house.run()
        assert house.states() == {"tono": "sent"}
    assert set(writes.concerns) == {"w=majority j=True"}
    assert writes.concerns.total() >= 3


class Script:
    """A mail server that does as it is told, and counts."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.raises: dict[str, Exception] = {}
        self.down = False

    def __enter__(self) -> "Script":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def reach(self) -> None:
        if self.down:
            raise ChannelDown("ConnectionRefusedError")

    def send(self, mail: Letter) -> None:
        self.sent.append(mail)
        if mail.to in self.raises:
            raise self.raises[mail.to]


class Everybody:
    """Members, who knows everybody."""

    def ask(self, ids: Any, *, anew: bool = False) -> dict[str, Contact]:  # noqa: ARG002 - the protocol's names
        return {
            person: Contact(person, person, "id", f"{person}@x.example", telegram=f"chat-{person}") for person in ids
        }

    def code(self, person: str, code: str) -> str | None:  # noqa: ARG002 - the protocol's names
        return "048213"

    def forget(self) -> None:
        """Nothing is remembered."""


class Heard:
    """Counts what is said of deliveries."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.bounced: list[str] = []

    def ended(self, _channel: str, outcome: str) -> None:
        self.counted.update([outcome])

    def refused(self, delivery: Delivery, _channel: str, _reason: str) -> None:
        self.bounced.append(delivery.person)

    def reached(self, delivery: Delivery, channel: str) -> None:
        """Nobody is in doubt here."""


class Desk:
    """A sender whose every surrounding is the test's own, but for the database."""

    def __init__(self, database: Database[dict[str, Any]], patience: Patience) -> None:
        self.deliveries = Deliveries(database)
        self.deliveries.prepare()
        self.documents = database.deliveries
        self.server = Script()
        self.now = datetime(2026, 12, 1, tzinfo=UTC)
        self.seconds = 0.0
        self.outcomes = Heard()
        self.ended = self.outcomes.counted
        self.preferences: dict[str, Preference] = {}
        self.patience = patience
        self.sender = self.another()

    def another(self, channels: dict[str, Any] | None = None) -> Sender:
        composer = Composer(
            lambda _: MESSAGE, lambda person: self.preferences.get(person, Preference()), Everybody(), "jejaring.test"
        )
        return Sender(
            self.deliveries,
            channels or {"email": self.server},
            composer,
            lambda people, _now: dict.fromkeys(people, (QuietHours(),)),
            self.outcomes,
            patience=self.patience,
            machine=Machine(lambda: self.now, lambda: self.seconds),
        )

    def plan(self, *people: str) -> None:
        self.deliveries.plan(
            [
                Delivery(
                    id=delivery_id("fact", person, "email"),
                    fact="fact",
                    person=person,
                    channel="email",
                    message="m",
                    kind="activity-published",
                    urgent=False,
                    planned=START,
                    not_before=START,
                    worth_until=STARTS,
                    retry_at=self.now,
                )
                for person in people
            ]
        )

    def state(self, person: str) -> dict[str, Any]:
        found = self.documents.find_one({"person": person})
        assert found is not None
        return found


@pytest.fixture
def desk(mongodb_uri: str, database: Database[dict[str, Any]]) -> Desk:
    return Desk(connect(mongodb_uri)[database.name], Patience(batch=5, attempts=3, delay=10, longest=60))


def test_an_address_refused_for_good_fails_alone_and_is_counted(desk: Desk) -> None:
    desk.plan("sri", "budi")
    desk.server.raises["sri@x.example"] = Rejected("550")
    desk.sender.send_due(START)
    assert (desk.state("sri")["state"], desk.state("sri")["reason"]) == ("failed", "550")
    assert desk.state("budi")["state"] == "sent"
    assert desk.ended == {"failed": 1, "sent": 1}
    desk.sender.send_due(START)
    assert len(desk.server.sent) == 2


def test_a_temporary_refusal_is_tried_again_later_and_later_and_not_for_ever(desk: Desk) -> None:
    desk.plan("sri")
    desk.server.raises["sri@x.example"] = Deferred("451")
    waits = []
    while desk.state("sri")["state"] == "planned":
        desk.sender.send_due(START)
        assert desk.sender.send_due(START) == 0  # not before its time
        waits.append((desk.state("sri")["retry_at"] - desk.now).total_seconds())
        desk.now = max(desk.now, desk.state("sri")["retry_at"])
    assert desk.state("sri")["reason"] == "tried-too-often"
    assert len(desk.server.sent) == 3
    assert {mail.message_id for mail in desk.server.sent} == {f"{delivery_id('fact', 'sri', 'email')}@jejaring.test"}
    assert 5 <= waits[0] <= 15
    assert 10 <= waits[1] <= 30
    assert 20 <= waits[2] <= 60


def test_a_server_that_refuses_us_in_the_middle_costs_no_attempt_either(desk: Desk) -> None:
    desk.plan("sri")
    desk.server.raises["sri@x.example"] = ChannelDown("530")
    for _ in range(5):
        desk.sender.send_due(START)
        desk.seconds += 100
    assert (desk.state("sri")["state"], desk.state("sri")["attempts"]) == ("planned", 0)


def test_while_nobody_takes_mail_passes_rest_longer_and_longer(desk: Desk) -> None:
    desk.plan("sri")
    desk.server.down = True
    desk.sender.send_due(START)
    desk.server.down = False
    assert desk.sender.send_due(START) == 0
    desk.seconds += desk.patience.pause
    assert desk.sender.send_due(START) == 1
    assert desk.state("sri")["state"] == "sent"


def test_one_pass_sends_no_more_than_its_batch(desk: Desk) -> None:
    desk.plan(*(f"m{n}" for n in range(12)))
    assert [desk.sender.send_due(START) for _ in range(4)] == [5, 5, 2, 0]
    assert len(desk.server.sent) == 12


def test_two_senders_at_once_lose_no_mail_and_repeat_none_under_another_identity(desk: Desk) -> None:
    people = [f"m{n}" for n in range(20)]
    desk.plan(*people)
    senders = [desk.another(), desk.another()]

    def work(sender: Sender) -> None:
        for _ in range(12):
            sender.send_due(START)

    threads = [threading.Thread(target=work, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = Counter(mail.message_id for mail in desk.server.sent)
    assert set(sent) == {f"{delivery_id('fact', person, 'email')}@jejaring.test" for person in people}
    assert {desk.state(person)["state"] for person in people} == {"sent"}


def test_the_channel_that_rests_lets_the_other_go_on_and_neither_costs_an_attempt(desk: Desk) -> None:
    desk.plan("sri", "budi")
    other = Script()
    desk.sender = desk.another({"email": desk.server, "telegram": other})
    desk.documents.update_one({"person": "budi"}, {"$set": {"channel": "telegram", "alone": False}})
    desk.preferences["budi"] = Preference(Wishes(telegram=True))
    desk.server.down = True
    desk.sender.send_due(START)
    assert (desk.state("budi")["state"], len(other.sent)) == ("sent", 1)
    assert (desk.state("sri")["state"], desk.state("sri")["attempts"]) == ("planned", 0)


def test_where_another_channel_works_a_refusal_for_good_is_not_the_end(desk: Desk) -> None:
    desk.plan("sri")
    other = Script()
    desk.sender = desk.another({"email": desk.server, "telegram": other})
    desk.server.raises["sri@x.example"] = Rejected("550")
    desk.sender.send_due(START)
    desk.sender.send_due(START)
    assert [letter.to for letter in other.sent] == ["chat-sri"]
    assert desk.outcomes.bounced == ["sri"]
    assert (desk.state("sri")["state"], desk.state("sri")["via"]) == ("sent", "telegram")


def test_what_nobody_knows_to_have_arrived_goes_by_no_other_channel_and_flags_nobody(desk: Desk) -> None:
    desk.plan("sri")
    other = Script()
    desk.sender = desk.another({"email": desk.server, "telegram": other})
    desk.server.raises["sri@x.example"] = Rejected("unanswered", Fault.UNKNOWN)
    desk.sender.send_due(START)
    desk.sender.send_due(START)
    assert (other.sent, desk.outcomes.bounced, desk.state("sri")["state"]) == ([], [], "failed")


def test_a_text_that_is_refused_flags_nobody_and_goes_by_another_channel(desk: Desk) -> None:
    desk.plan("sri")
    other = Script()
    desk.sender = desk.another({"email": desk.server, "telegram": other})
    desk.server.raises["sri@x.example"] = Rejected("554", Fault.LETTER)
    desk.sender.send_due(START)
    desk.sender.send_due(START)
    assert (desk.state("sri")["state"], desk.state("sri")["via"]) == ("sent", "telegram")
    assert desk.outcomes.bounced == []


def test_a_server_that_says_when_to_come_again_is_left_alone_until_then_and_it_is_no_attempt(desk: Desk) -> None:
    desk.plan("sri")
    desk.server.raises["sri@x.example"] = Deferred("429", 30.0)
    for _ in range(desk.patience.attempts + 1):
        desk.sender.send_due(START)
        assert desk.state("sri")["retry_at"] == desk.now + timedelta(seconds=30)
        desk.now += timedelta(seconds=30)
    assert (desk.state("sri")["state"], desk.state("sri")["attempts"]) == ("planned", 0)


def test_what_has_ended_never_begins_again(desk: Desk) -> None:
    desk.plan("sri")
    desk.sender.send_due(START)
    desk.plan("sri")  # the same fact told again
    desk.sender.send_due(START)
    assert len(desk.server.sent) == 1


def test_a_mail_server_that_hangs_holds_nobody_for_longer_than_its_timeout(desk: Desk) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        desk.server = SmtpServer(f"smtp://127.0.0.1:{mute.getsockname()[1]}", "a@b.example", seconds=0.2)  # type: ignore[assignment]
        desk.plan("sri", "budi")
        before = datetime.now(UTC)
        desk.another().send_due(START)
        assert (datetime.now(UTC) - before).total_seconds() < 2
        assert desk.state("sri")["attempts"] == 0
