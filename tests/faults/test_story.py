"""The story under kills: told once into a whole stack, each part of which is killed while the story is told.

The teller is killed as well, in the middle, and begins again. The tests of this module judge the one stack that results.
"""

import random
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pymongo
import pytest
from kombu import Connection

from deploy import keys
from deploy.broker import Broker
from deploy.commands.open_service import open_service
from deploy.commands.verify import checks
from deploy.database import Database
from deploy.demo import story
from deploy.demo.mailbox.server import Mailbox
from deploy.demo.receiver.server import ReceiverServer
from deploy.demo.story import Progress, people
from deploy.demo.story.telling import TOTAL
from deploy.demo.telegram.server import TelegramServer
from deploy.waiting import wait_until
from services.kernel.base.mongo import connect
from tests.support.crawl import crawl
from tests.support.login import log_in
from tests.support.search import found_in_databases, found_in_files
from tests.support.servers import Vhosts
from tests.support.services import SERVICES, ChildServices
from tests.unit.gateway.browser import Browser

pytestmark = pytest.mark.timeout(1200)

HEADS = ("head", "facts", "inbox")
CUT_OFF_AFTER = 21
"""Steps: in the middle of chapter 3, with people in line and domain time on its third day."""
EVERY = 5
"""Steps between two faults: one in every chapter at least."""
HEARD = {
    "members": ("events", "mentoring"),
    "events": ("members",),
    "mentoring": ("members", "events"),
    "notifications": ("members", "events", "mentoring", "notifications"),
}
"""Who hears whom: each pair is a queue."""


class Nemesis:
    """Brings one fault after the other, each somewhere in the middle of a step, and mends nothing that mends itself."""

    def __init__(
        self,
        stack: ChildServices,
        database: Database,
        broker: Broker,
        amqp: str,
        outside: Mapping[str, Mailbox | TelegramServer | ReceiverServer],
    ) -> None:
        self._stack = stack
        self._database = database
        self._broker = broker
        self._amqp = amqp
        self._dice = random.Random(20261124)
        # One thread for all, that lives to the end: what a thread has started is killed when that thread ends.
        self._hand = ThreadPoolExecutor(1)
        self._strokes: list[Future[None]] = []
        self._struck = 0
        self.done: list[str] = []
        self._outside = outside
        self._faults: Iterator[str] = iter(
            (
                *(
                    "queues",
                    "members",
                    "database",
                    "gateway",
                    "notifications",
                    "broker",
                    "events",
                    "mentoring",
                    "mailbox",
                ),
                *("database", "telegram", "events", "gateway", "members", "receiver", "notifications", "mentoring"),
                *("queues", "mentoring", "database", "events"),
            )
        )

    def strike(self, progress: Progress) -> None:
        """Called after each step of the story. The steps that a second teller repeats were struck before."""
        if progress.detail or progress.done <= self._struck or progress.done % EVERY != 3:
            return
        self._struck = progress.done
        fault = next(self._faults, None)
        if fault is not None:
            self._strokes.append(self._hand.submit(self._soon, fault))

    def wait(self) -> None:
        """Until everything is up again. Raises what went wrong with a fault itself."""
        for stroke in self._strokes:
            stroke.result(120)

    def _soon(self, fault: str) -> None:
        time.sleep(self._dice.uniform(0, 0.4))  # not awaited by anything: the fault falls where it falls
        match fault:
            case "queues":
                self._delete_queues()
            case "database" | "broker" | "mailbox" | "telegram" | "receiver":
                servers = {"database": self._database, "broker": self._broker, **self._outside}
                servers[fault].kill()
                servers[fault].start()
            case _:
                self._stack.kill(fault)
                self._stack.restart(fault)
        self.done.append(fault)

    def _delete_queues(self) -> None:
        with Connection(self._amqp) as connection:
            for consumer, sources in HEARD.items():
                for source in sources:
                    connection.channel().queue_delete(f"{consumer}.from.{source}")


class CutOff(Exception):
    """The teller was killed."""


@dataclass(frozen=True)
class ToldStory:
    """The stack after the story. ``steps`` is how many the second teller reported; ``faults`` what was killed, in order."""

    stack: ChildServices
    letters: Mailbox
    tokens: Mapping[str, str]
    steps: int
    faults: list[str]

    def tell_again(self) -> tuple[Mapping[str, str], list[Progress]]:
        """Tell the story into the stack in which it stands: the tokens, and the steps that were told."""
        steps: list[Progress] = []
        where = (self.stack.url("gateway"), self.letters.url, self.stack.directory / "clock.json")
        return story.tell_story(*where, steps.append, self.stack.environment), steps

    def heads(self) -> Mapping[str, tuple[int, ...]]:
        """How long each service's logs are, once nothing is on its way any more."""

        def level() -> dict[str, tuple[int, ...]]:
            statuses = {
                name: httpx.get(f"{self.stack.url(name)}/internal/status", timeout=60).json() for name in SERVICES
            }
            told = {name: statuses[name]["facts"] for name in SERVICES}
            for name, status in statuses.items():
                assert all(lag == 0 for reader, lag in status["readers"].items() if reader != "sender"), f"{name} reads"
                assert status["heard"] == {source: told[source] for source in status["heard"]}, f"{name} listens"
            return {name: tuple(status[head] for head in HEADS) for name, status in statuses.items()}

        return wait_until(level, 30, "nothing to be on its way")


@pytest.fixture(scope="module")
def told(
    _session_broker: tuple[Broker, Vhosts], _session_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ToldStory]:
    (broker, vhosts), database = _session_broker, _session_database
    broker.start()
    database.start()
    directory, vhost, prefix = tmp_path_factory.mktemp("story"), vhosts.take(), f"story_{uuid.uuid4().hex[:8]}_"
    with (
        Mailbox(directory / "mails").running() as letters,
        TelegramServer(directory / "chats").running() as chats,
        ReceiverServer(directory / "receiver").running() as receiver,
    ):
        environment = {
            "MONGODB_URI": database.uri,
            "JEJARING_DATABASE_PREFIX": prefix,
            "AMQP_URI": broker.uri(vhost),
            "SMTP_URI": letters.smtp_uri,
            "JEJARING_SECRETS": str(keys.ensure(directory / "keys")),
            "JEJARING_CLOCK": f"demo:{directory / 'clock.json'}",
            "JEJARING_COMMUNITY_HOST": "jejaring.test",
            **chats.environment,
            **receiver.environment,
        }
        stack = ChildServices(directory, environment, measured=False)
        try:
            for name in SERVICES:
                stack.start(name, wait=False)
            stack.start_gateway(wait=False)
            stack.wait_ready(*SERVICES, "gateway")
            outside = {"mailbox": letters, "telegram": chats, "receiver": receiver}
            nemesis = Nemesis(stack, database, broker, environment["AMQP_URI"], outside)
            yield _told_under(nemesis, stack, letters)
        finally:
            stack.close()
            with pymongo.MongoClient(database.uri, timeoutMS=60_000) as client:
                for name in client.list_database_names():
                    if name.startswith(prefix):
                        client.drop_database(name)
            vhosts.give_back(vhost)


def _told_under(nemesis: Nemesis, stack: ChildServices, letters: Mailbox) -> ToldStory:
    where = (stack.url("gateway"), letters.url, stack.directory / "clock.json")

    def until_cut_off(progress: Progress) -> None:
        nemesis.strike(progress)
        if progress.done == CUT_OFF_AFTER:
            raise CutOff

    with pytest.raises(CutOff):
        story.tell_story(*where, until_cut_off, stack.environment)
    steps: list[Progress] = []

    def to_its_end(progress: Progress) -> None:
        nemesis.strike(progress)
        steps.append(progress)

    tokens = story.tell_story(*where, to_its_end, stack.environment)
    nemesis.wait()
    return ToldStory(stack, letters, tokens, steps[-1].done, nemesis.done)


def test_every_part_of_the_stack_was_killed_while_the_story_was_told(told: ToldStory) -> None:
    assert set(told.faults) == {"broker", "database", "queues", "gateway", "mailbox", "telegram", "receiver", *SERVICES}
    assert len(told.faults) == TOTAL // EVERY


def test_a_teller_who_was_cut_off_tells_the_story_to_its_end(told: ToldStory) -> None:
    assert told.steps == TOTAL
    # The last fault may have been a moment ago: a view may still be on its way.
    wait_until(lambda: story.is_story_told(told.stack.url("gateway")), 20, "the story's last word to be shown")


def test_the_tokens_of_the_story_open_the_gateway(told: ToldStory) -> None:
    assert list(told.tokens) == ["coordinator", "regional coordinator", "member"]
    for whose, token in told.tokens.items():
        headers = {"Authorization": f"Bearer {token}"}
        me = httpx.get(f"{told.stack.url('gateway')}/v1/me", headers=headers, timeout=60)
        assert me.status_code == 200, whose


def test_every_link_opens_for_a_visitor_a_member_staff_a_coordinator_and_the_board(told: ToldStory) -> None:
    for who in (None, people.SITI, people.HERU, people.RATNA, people.WAHYU):
        with httpx.Client(base_url=told.stack.url("gateway"), timeout=60) as client:
            if who is not None:
                log_in(Browser(client), told.letters, who.email)
            begin = ("/",) if who is None else ("/", "/saya", "/pengumuman", "/saya/pemberitahuan")
            pages = crawl(client, *begin)
        assert {page: status for page, status in pages.items() if status != 200} == {}, who
        assert len(pages) > 30, who


def test_no_name_and_no_address_stands_in_the_open_whether_the_person_left_or_stayed(told: ToldStory) -> None:
    for somebody in (people.NINING, people.SITI):
        words = (somebody.name, somebody.name.split()[-1], somebody.email)
        with connect(told.stack.environment["MONGODB_URI"]) as client:
            assert found_in_databases(client, told.stack.environment["JEJARING_DATABASE_PREFIX"], words) == []
        assert found_in_files(told.stack.directory, words) == []


def test_a_story_told_again_changes_nothing(told: ToldStory) -> None:
    heads = told.heads()
    assert told.tell_again() == (told.tokens, [])
    assert told.heads() == heads


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_verifies_itself_and_nothing_is_parked_or_stray(told: ToldStory, name: str) -> None:
    told.heads()
    with open_service(name, told.stack.environment) as application:
        for what, differences in checks(application):
            assert list(differences) == [], what
        assert application.parking.count() == 0
        assert application.strays.count() == 0
