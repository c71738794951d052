"""The story, told into the whole stack as it runs in the world: services in one process, the gateway, broker, database,
mailbox and chats, each a process of its own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy import story
from deploy.commands.opened import opened
from deploy.commands.verify import checks
from deploy.mailbox.server import Mailbox
from deploy.receiver.server import ReceiverServer
from deploy.story import Progress, people
from deploy.story.telling import TOTAL
from deploy.telegram.server import TelegramServer
from deploy.waiting import wait_until
from services.kernel.mongo import connect
from tests.support.crawl import crawl
from tests.support.login import log_in
from tests.support.search import found_in_databases, found_in_files
from tests.support.services import SERVICES, ChildServices
from tests.unit.gateway.browser import Browser

HEADS = ("head", "facts", "inbox")
CUT_OFF_AFTER = 21
"""Steps: in the middle of chapter 3, with people in line and domain time on its third day."""


class CutOff(Exception):
    """The teller was killed."""


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[Mailbox]:
    """A mailbox of the story's own: it knows whose mail is in it."""
    with Mailbox(tmp_path / "mails").running() as mailbox:
        yield mailbox


@pytest.fixture
def chats(tmp_path: Path) -> Iterator[TelegramServer]:
    """Chats of the story's own."""
    with TelegramServer(tmp_path / "chats").running() as server:
        yield server


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverServer]:
    """The partner's system of the story."""
    with ReceiverServer(tmp_path / "receiver").running() as server:
        yield server


@pytest.fixture
def stack(
    child_services: Callable[..., ChildServices], letters: Mailbox, chats: TelegramServer, receiver: ReceiverServer
) -> ChildServices:
    services = child_services(environment={"SMTP_URI": letters.smtp_uri, **chats.environment, **receiver.environment})
    services.start(*SERVICES)
    services.start_gateway()
    services.wait_ready(*SERVICES)
    return services


def _heads(stack: ChildServices) -> dict[str, tuple[int, ...]]:
    """How long each service's logs are, once nothing is on its way any more."""

    def level() -> dict[str, tuple[int, ...]]:
        statuses = {name: httpx.get(f"{stack.url(name)}/internal/status").json() for name in SERVICES}
        told = {name: statuses[name]["facts"] for name in SERVICES}
        for name, status in statuses.items():
            assert all(lag == 0 for reader, lag in status["readers"].items() if reader != "sender"), f"{name} reads"
            assert status["heard"] == {source: told[source] for source in status["heard"]}, f"{name} listens"
        return {name: tuple(status[head] for head in HEADS) for name, status in statuses.items()}

    return wait_until(level, 30, "nothing to be on its way")


def _walk_through_all_pages(stack: ChildServices, letters: Mailbox) -> None:
    """Whatever a link leads a visitor, a member, a library's staff, a coordinator or the board to, is there for them."""
    for who in (None, people.SITI, people.HERU, people.RATNA, people.WAHYU):
        with httpx.Client(base_url=stack.url("gateway"), timeout=20) as client:
            if who is not None:
                log_in(Browser(client), letters, who.email)
            begin = ("/",) if who is None else ("/", "/saya", "/pengumuman", "/saya/pemberitahuan")
            pages = crawl(client, *begin)
        assert {page: status for page, status in pages.items() if status != 200} == {}, who
        assert len(pages) > 30, who


@pytest.mark.timeout(300)
@pytest.mark.slow
def test_a_story_cut_off_is_told_again_to_its_end_and_then_changes_nothing_more(
    stack: ChildServices, letters: Mailbox, tmp_path: Path
) -> None:
    where = (stack.url("gateway"), letters.url, tmp_path / "clock.json")

    def cut_off(progress: Progress) -> None:
        if progress.done == CUT_OFF_AFTER:
            raise CutOff

    with pytest.raises(CutOff):
        story.tell(*where, cut_off, stack.environment)
    assert not story.told(stack.url("gateway"))
    for process in ("gateway", "+".join(SERVICES)):
        stack.kill(process)
    for process in ("+".join(SERVICES), "gateway"):
        stack.restart(process)

    steps: list[Progress] = []
    tokens = story.tell(*where, steps.append, stack.environment)
    assert (steps[-1].done, steps[-1].total) == (TOTAL, TOTAL)
    assert story.told(stack.url("gateway"))
    assert list(tokens) == ["coordinator", "regional coordinator", "member"]
    for whose, token in tokens.items():
        me = httpx.get(f"{stack.url('gateway')}/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert me.status_code == 200, whose

    # Who left is nowhere, and who did not is not either: names and contacts are sealed wherever they are kept.
    for somebody in (people.NINING, people.SITI):
        words = (somebody.name, somebody.name.split()[-1], somebody.email)
        with connect(stack.environment["MONGODB_URI"]) as client:
            assert found_in_databases(client, stack.environment["JEJARING_DATABASE_PREFIX"], words) == []
        assert found_in_files(stack.directory, words) == []

    _walk_through_all_pages(stack, letters)
    heads = _heads(stack)
    again: list[Progress] = []
    assert story.tell(*where, again.append, stack.environment) == tokens
    assert again == []
    assert _heads(stack) == heads

    for name in SERVICES:
        with opened(name, stack.environment) as application:
            for what, differences in checks(application):
                assert list(differences) == [], f"{name}: {what}"
            assert application.parking.count() == 0
            assert application.strays.count() == 0
