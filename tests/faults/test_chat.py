"""Schedule M12 on real processes: whatever is killed or paused, a group's permissions come back byte for byte.

A call to Telegram is held by the server that stands for it, so each kill falls between two known steps.
"""

import json
import os
import signal
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from deploy import keys
from deploy.commands.open_service import open_service
from deploy.demo.telegram.server import TelegramServer
from deploy.demo.telegram.visitor import Visitor
from deploy.waiting import wait_until
from services.events.domain.chat_group import (
    CHAT_GROUP,
    WATCH,
    ChatSettled,
    PermissionsFound,
    RegisterChatGroup,
    RestrictionLifted,
    RestrictionMade,
    WantFree,
    WantRestricted,
)
from services.kernel.base.clock import DemoClock
from services.kernel.base.message import Event, Metadata
from services.kernel.commands.decider import CommandEnvelope
from tests.support.services import ChildServices

BEFORE = {
    "can_send_messages": True, "can_send_audios": False, "can_send_documents": True, "can_send_photos": True,
    "can_send_polls": False, "can_add_web_page_previews": True, "can_invite_users": True, "can_send_smells": True,
}  # fmt: skip
SET = "setChatPermissions"
LONG = 40
chats = count(-1_000_000_001, -1)


class Lecture:
    """One group with a lecture in it: what the log says is wanted, and what people see."""

    def __init__(self, environment: Mapping[str, str], server: TelegramServer, name: str) -> None:
        self._environment = environment
        self._name = name
        self._number = 0
        self.chat = next(chats)
        self.people = Visitor(server.url)
        self.people.put_group(self.chat, name, permissions=BEFORE)
        self.before = json.dumps(self.people.permissions(self.chat))
        self.clock = DemoClock(Path(environment["JEJARING_CLOCK"].partition(":")[2]))
        self._take(RegisterChatGroup(name, "telegram", str(self.chat), None))

    def open(self, hours: float = 2) -> None:
        now = self.clock.now()
        self._take(WantRestricted("lecture", now + timedelta(hours=hours), now))

    def close(self) -> None:
        self._take(WantFree("lecture", self.clock.now()))

    def events(self) -> list[Event]:
        with open_service("events", self._environment) as events:
            return [recorded.event for recorded in events.log.stream(f"chat-{self._name}")]

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events()]

    def wait_muted(self) -> None:
        wait_until(
            lambda: not self.people.permissions(self.chat)["can_send_messages"], LONG, "the chat to be restricted"
        )

    def wait_as_before(self) -> None:
        wait_until(self.is_as_before, LONG, "the chat to be as before")

    def is_as_before(self) -> bool:
        return json.dumps(self.people.permissions(self.chat)) == self.before

    def wait_held(self, method: str = SET) -> None:
        wait_until(lambda: self.people.held() == [method], LONG, f"{method} to be held")

    def settle(self) -> None:
        """Ten minutes later nobody looks any more, the chat is as before, and what was found was found once."""
        self.clock.advance(WATCH)
        wait_until(lambda: ChatSettled in self.kinds(), LONG, "the chat to settle")
        assert self.is_as_before()
        assert self.kinds().count(PermissionsFound) == 1

    def _take(self, command: Any) -> None:
        self._number += 1
        with open_service("events", self._environment) as events:
            events.log.prepare()
            order = CommandEnvelope(command, self._name, f"{self._name}-{self._number}", Metadata("test"))
            events.core.commands.take(CHAT_GROUP, order)


@pytest.fixture
def events(
    tmp_path: Path, mongodb_uri: str, database_prefix: str, telegram_server: TelegramServer
) -> Iterator[ChildServices]:
    environment = {
        **telegram_server.environment,
        "MONGODB_URI": mongodb_uri,
        "JEJARING_DATABASE_PREFIX": database_prefix,
        "AMQP_URI": "none",
        "JEJARING_SECRETS": str(keys.ensure(tmp_path / "keys")),
        "JEJARING_CLOCK": f"demo:{tmp_path / 'clock.json'}",
        "JEJARING_INSTANCE": "first",
    }
    services = ChildServices(tmp_path, environment)
    try:
        services.start("events")
        yield services
    finally:
        services.kill("events")
        Visitor(telegram_server.url).release()


@pytest.fixture
def lecture(events: ChildServices, telegram_server: TelegramServer) -> Lecture:
    return Lecture(events.environment, telegram_server, f"g{abs(next(chats))}")


def test_killed_at_every_step_the_chat_is_restricted_in_the_end_and_comes_back(
    events: ChildServices, lecture: Lecture
) -> None:
    def killed_at(moment: str) -> None:
        lecture.wait_held()
        events.kill("events")
        lecture.people.release(dropped=moment == "before")

    lecture.people.hold(SET, "before")
    lecture.open()
    killed_at("before")
    assert PermissionsFound in lecture.kinds()
    lecture.people.hold(SET, "after")
    events.restart("events", wait=False)
    killed_at("after")
    assert not lecture.is_as_before()
    assert RestrictionMade not in lecture.kinds()
    events.restart("events", wait=False)
    wait_until(lambda: RestrictionMade in lecture.kinds(), LONG, "the restriction to be recorded")

    lecture.people.hold(SET, "before")
    lecture.close()
    killed_at("before")
    assert not lecture.is_as_before()
    lecture.people.hold(SET, "after")
    events.restart("events", wait=False)
    killed_at("after")
    events.restart("events", wait=False)
    lecture.settle()


def test_a_chat_is_freed_though_all_processes_were_dead_at_the_deadline_and_telegram_restricts_late(
    events: ChildServices, lecture: Lecture
) -> None:
    lecture.people.hold(SET)
    lecture.open(hours=1)
    lecture.wait_held()
    events.kill("events")
    lecture.clock.advance(timedelta(hours=1))
    events.restart("events")
    wait_until(lambda: RestrictionLifted in lecture.kinds(), LONG, "the chat to be seen as before")
    lecture.people.release()
    lecture.wait_muted()
    lecture.wait_as_before()
    lecture.settle()


def test_a_process_that_was_paused_does_not_restrict_after_the_end(
    events: ChildServices, lecture: Lecture, tmp_path: Path
) -> None:
    lecture.people.hold(SET)
    lecture.open()
    lecture.wait_held()
    lecture.people.release(dropped=True)
    lecture.people.hold("getChat", "after")
    lecture.wait_held("getChat")
    # It has kept what was found and is about to restrict; when it wakes up, it has been replaced and the lecture is over.
    os.kill(events.pid("events"), signal.SIGSTOP)
    lecture.people.release()
    inherited = {name: value for name, value in events.environment.items() if not name.endswith("_URL")}
    second = ChildServices(tmp_path / "second", {**inherited, "JEJARING_INSTANCE": "second"})
    try:
        second.start("events")
        lecture.wait_muted()
        lecture.close()
        lecture.wait_as_before()
        calls = len(lecture.people.calls(SET))
        os.kill(events.pid("events"), signal.SIGCONT)
        wait_until(lambda: events.status("events", "/readyz") == 200, 30, "the paused process to answer")
        lecture.settle()
        assert len(lecture.people.calls(SET)) == calls
    finally:
        second.kill("events")


def test_telegram_away_holds_up_nothing_and_is_waited_for(
    events: ChildServices, lecture: Lecture, telegram_server: TelegramServer
) -> None:
    telegram_server.kill()
    lecture.open()
    events.wait_ready("events")
    telegram_server.start()
    lecture.wait_muted()
    lecture.people.fail(SET, 429, retry_after=1)
    lecture.close()
    lecture.wait_as_before()
    lecture.settle()
