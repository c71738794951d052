"""Deliveries when something dies: B8 and B9 of the protocol's trials, on real processes.

What arrives is counted by identity: one mail is one ``Message-ID``, however often a crash repeats it.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect, PyMongoError
from pymongo.monitoring import CommandListener, CommandStartedEvent

from deploy.database import Database as DatabaseServer
from deploy.demo.mailbox.server import Mailbox
from deploy.demo.telegram.server import TelegramServer
from deploy.demo.telegram.visitor import Visitor
from services.kernel.base.mongo import connect
from services.kernel.base.settings import TelegramBot
from services.notifications.sending.channel import Letter
from services.notifications.sending.mail import SmtpServer
from services.notifications.sending.retry_policy import RetryPolicy
from services.notifications.sending.telegram_channel import TelegramChannel
from tests.services.notifications.harness import NotificationsHarness
from tests.support.members_server import MembersServer, running_members_server
from tests.unit.notifications import facts

ROOT = Path(__file__).resolve().parents[2]


def planned(harness: NotificationsHarness, members: MembersServer) -> str:
    """One publication planned for one person; answers the address."""
    address = members.know("tono", f"tono.{harness.database.name.replace('_', '')}@perpus.example")
    assert address is not None
    harness.hear(facts.region_opened(), facts.joined("tono", "board"), facts.published())
    harness.step("audience.inbox")
    harness.step("deliveries")
    return address


def child_that_dies(database_uri: str, database: str, members_url: str, smtp: str, moment: str) -> None:
    """A sender in a process of its own, killed with SIGKILL ``before`` or ``after`` the mail server has taken the mail."""

    def die(self: SmtpServer, mail: Letter) -> None:
        if moment == "after":
            send(self, mail)
        os.kill(os.getpid(), signal.SIGKILL)

    send = SmtpServer.send
    SmtpServer.send = die  # type: ignore[method-assign]
    with running_members_server() as members:
        members.url = members_url
        NotificationsHarness(connect(database_uri)[database], members=members.url, smtp=smtp).step("sender")


def die(harness: NotificationsHarness, mongodb_uri: str, mailbox: Mailbox, moment: str) -> None:
    script = "import sys; from tests.faults.test_deliveries import child_that_dies; child_that_dies(*sys.argv[1:])"
    arguments = (mongodb_uri, harness.database.name, harness.members_url, mailbox.smtp_uri, moment)
    child = subprocess.run([sys.executable, "-c", script, *arguments], cwd=ROOT, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL


def test_killed_between_the_servers_yes_and_its_record_the_mail_is_sent_again_under_the_same_identity(
    harness: NotificationsHarness, members: MembersServer, mailbox: Mailbox, mongodb_uri: str
) -> None:
    address = planned(harness, members)
    die(harness, mongodb_uri, mailbox, "after")
    assert harness.states() == {"tono": "sending"}
    harness.restart()
    harness.run()
    identities = [mail["message_id"] for mail in mailbox.messages(to=address)]
    assert identities == [f"<{harness.deliveries()['tono']['_id']}@jejaring.test>"] * 2
    assert harness.states() == {"tono": "sent"}


def bot_child_that_dies(database_uri: str, database: str, members_url: str, api: str) -> None:
    """The same by Telegram: killed when the bot has written and nobody has recorded it."""

    def die(self: TelegramChannel, letter: Letter) -> None:
        send(self, letter)
        os.kill(os.getpid(), signal.SIGKILL)

    send = TelegramChannel.send
    TelegramChannel.send = die  # type: ignore[method-assign]
    with running_members_server() as members:
        members.url = members_url
        NotificationsHarness(
            connect(database_uri)[database], members=members.url, telegram=TelegramBot(TelegramServer.token, api)
        ).step("sender")


def test_killed_between_telegrams_yes_and_its_record_the_message_is_repeated_at_most_once(
    mongodb_uri: str, database: Database[dict[str, Any]], members: MembersServer, telegram_server: TelegramServer
) -> None:
    chat = 200_000_000 + abs(hash(database.name)) % 1_000_000_000
    visitor = Visitor(telegram_server.url)
    visitor.put_person(chat, "Tono")
    visitor.write(chat, "/start")
    bot = TelegramBot(telegram_server.token, telegram_server.url)
    harness = NotificationsHarness(connect(mongodb_uri)[database.name], members=members.url, telegram=bot)
    members.know("tono", None, telegram=str(chat))
    harness.choose("tono", email=False, telegram=True)
    harness.hear(facts.region_opened(), facts.joined("tono", "board"), facts.published())
    harness.step("audience.inbox")
    harness.step("deliveries")
    script = (
        "import sys; from tests.faults.test_deliveries import bot_child_that_dies; bot_child_that_dies(*sys.argv[1:])"
    )
    arguments = (mongodb_uri, database.name, members.url, telegram_server.url)
    child = subprocess.run([sys.executable, "-c", script, *arguments], cwd=ROOT, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL
    assert harness.states() == {"tono": "sending"}
    for _ in range(2):
        harness.restart()
        harness.run()
    written = [message for message in visitor.messages(chat) if message["from"]["is_bot"]]
    visitor.close()
    assert len(written) == 2
    assert harness.deliveries()["tono"]["attempts"] == 2
    assert harness.states() == {"tono": "sent"}


def test_killed_between_the_attempts_record_and_the_server_the_mail_is_not_lost(
    harness: NotificationsHarness, members: MembersServer, mailbox: Mailbox, mongodb_uri: str
) -> None:
    address = planned(harness, members)
    die(harness, mongodb_uri, mailbox, "before")
    assert harness.states() == {"tono": "sending"}
    assert mailbox.messages(to=address) == []
    harness.restart()
    harness.run()
    assert len(mailbox.messages(to=address)) == 1
    assert harness.deliveries()["tono"]["attempts"] == 2


def test_a_delivery_that_is_killed_at_every_attempt_is_given_up(
    harness: NotificationsHarness, members: MembersServer, mailbox: Mailbox, mongodb_uri: str
) -> None:
    planned(harness, members)
    harness.database.deliveries.update_one({}, {"$set": {"attempts": RetryPolicy().attempts, "state": "sending"}})
    harness.run()
    assert harness.states() == {"tono": "failed"}


def test_the_database_killed_after_the_servers_yes_does_not_make_the_living_sender_repeat_itself(
    harness: NotificationsHarness,
    members: MembersServer,
    mailbox: Mailbox,
    database_server: DatabaseServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = planned(harness, members)
    send = SmtpServer.send

    def send_and_kill(self: SmtpServer, mail: Letter) -> None:
        send(self, mail)
        database_server.kill()

    monkeypatch.setattr(SmtpServer, "send", send_and_kill)
    with pytest.raises(PyMongoError):
        harness.step("sender")
    monkeypatch.undo()
    database_server.start()
    harness.run()
    assert len(mailbox.messages(to=address)) == 1
    assert harness.states() == {"tono": "sent"}


def test_planned_deliveries_survive_the_databases_sudden_end(
    harness: NotificationsHarness, members: MembersServer, mailbox: Mailbox, database_server: DatabaseServer
) -> None:
    address = planned(harness, members)
    database_server.kill()
    database_server.start()
    harness.restart()
    harness.run()
    assert len(mailbox.messages(to=address)) == 1


def test_the_planner_killed_between_deliveries_and_checkpoint_plans_nothing_twice(
    harness: NotificationsHarness, members: MembersServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = members.know("tono", f"tono.{harness.database.name.replace('_', '')}@perpus.example")
    harness.hear(facts.region_opened(), facts.joined("tono", "board"), facts.published())
    harness.step("audience.inbox")

    def killed(*_: Any) -> None:
        raise AutoReconnect("killed here")

    monkeypatch.setattr("services.kernel.readers.reader.Checkpoints.move", killed)
    with pytest.raises(AutoReconnect):
        harness.step("deliveries")
    monkeypatch.undo()
    harness.run()
    assert len(mailbox.messages(to=address)) == 1


def test_a_mail_server_that_is_away_costs_no_attempt(
    harness: NotificationsHarness, members: MembersServer, mailbox: Mailbox
) -> None:
    address = planned(harness, members)
    mailbox.stop()
    harness.run()
    assert harness.deliveries()["tono"] | {"attempts": 0, "state": "planned"} == harness.deliveries()["tono"]
    mailbox.start()
    harness.restart()  # a restarted sender does not rest
    harness.run()
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
    mongodb_uri: str, database: Database[dict[str, Any]], mailbox: Mailbox, members: MembersServer
) -> None:
    writes = Writes()
    with pymongo.MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[writes]) as client:
        harness = NotificationsHarness(client[database.name], members=members.url, smtp=mailbox.smtp_uri)
        planned(harness, members)
        harness.run()
        assert harness.states() == {"tono": "sent"}
    assert set(writes.concerns) == {"w=majority j=True"}
    assert writes.concerns.total() >= 3
