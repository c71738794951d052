"""Whatever is read anew, from views built beside to managers that have forgotten everything: nobody hears of it again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from deploy.demo.mailbox.server import Mailbox
from services.kernel.base.mongo import connect
from services.kernel.base.settings import PORTS
from services.notifications.bootstrap import definition
from tests.services.notifications.webhook_harness import WebhookHarness
from tests.support.endpoint import an_endpoint
from tests.support.members_server import TestMail, running_members_server
from tests.unit.notifications.facts import ENDS, STARTS

PEOPLE = ("sri", "budi", "tono")
ACTIVITY = {"activity": "a", "kind": "gathering", "topic": "t", "title": "Label barcode", "capacity": 9, "units": []}
TIMES = {
    "starts": STARTS.isoformat(),
    "ends": ENDS.isoformat(),
    "venue": {"id": "v", "name": "Kopi Kita", "kind": "cafe", "subdistrict": "s"},
}
HOME = {"library": "l", "subdistrict": "s", "language": "id", "how": "form"}


class Replayed:
    """The service with a mail server and a partner's address, and all that has come out of it."""

    def __init__(self, webhooks: WebhookHarness, post: TestMail) -> None:
        self.webhooks = webhooks
        self.service = webhooks.service
        self._post = post
        post.know(*PEOPLE)
        self.service.hear_of("members.region-opened", subject="kota-kediri", name="Kota Kediri", subdistricts=[])
        for person in PEOPLE:
            self.service.hear_of("members.member-joined", subject=person, person=person, **HOME)
        self.service.hear_of("events.activity-published", subject="a", **ACTIVITY, **TIMES)
        webhooks.subscribe()
        self.go_on()

    def go_on(self) -> None:
        """Until nothing moves any more."""
        moved = 1
        while moved:
            readers = [each for each in self.service.application.runner.readers if each.name != "webhooks"]
            moved = sum(reader.step(1) for reader in readers) + self.service.listen()
            self.webhooks.run()

    def came_out(self) -> tuple[Any, ...]:
        """Every letter, every webhook, and all that was decided or planned."""
        letters = [len(self._post.to(person)) for person in PEOPLE]
        deliveries = list(self.service.database["deliveries"].find().sort("_id", 1))
        return letters, self.webhooks.endpoint.ids, self.service.application.log.head(), deliveries

    def build_views(self) -> None:
        """As ``jejaring replay`` does."""
        for view in definition().views:
            self.service.application.core.views.rebuild(view.name)

    def forget(self) -> None:
        """As no operator should: how far each has read, and what each manager knows."""
        for name in self.service.database.list_collection_names():
            if name == "checkpoints" or (name.startswith("manager_") and name != "manager_starts"):
                self.service.database.drop_collection(name)

    def restart(self) -> None:
        """Nothing in memory, everything in the database."""
        self.service.restart()
        self.webhooks.restart()


@pytest.fixture
def replayed(mongodb_uri: str, database: Database[dict[str, Any]], mailbox: Mailbox) -> Iterator[Replayed]:
    with running_members_server() as members, an_endpoint() as endpoint:
        urls = dict.fromkeys(PORTS, members.url)
        webhooks = WebhookHarness(connect(mongodb_uri)[database.name], endpoint, smtp=mailbox.smtp_uri, urls=urls)
        yield Replayed(webhooks, TestMail(mailbox, members, database.name.replace("_", "")))


PERSON = st.sampled_from(PEOPLE)
TOLD = st.one_of(
    st.builds(lambda person: ("events.seat-taken", {"activity": "a", "person": person}), PERSON),
    st.builds(lambda person: ("events.seat-released", {"activity": "a", "person": person}), PERSON),
    st.builds(
        lambda person: ("events.attendance-recorded", {"activity": "a", "person": person, "guest": None}), PERSON
    ),
    st.just(("mentoring.library-live", {"mentorship": "m", "library": "l"})),
    st.just(("events.activity-cancelled", {"activity": "a", "reason": "Kafe tutup", "topic": "t"})),
)
WAYS: dict[str, Callable[[Replayed], None]] = {
    "views": Replayed.build_views,
    "everything": Replayed.forget,
    "memory": Replayed.restart,
}


def test_replay_sends_no_message_and_no_webhook(replayed: Replayed) -> None:
    """One history that grows: after each piece of it something is read anew, and nothing comes out."""

    # Nothing is shrunk: what is told goes on from all that was told before.
    @settings(max_examples=5, phases=[Phase.generate], derandomize=True, database=None)
    @given(
        st.lists(TOLD, min_size=1, max_size=5),
        st.integers(0, 20),
        st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=3),
    )
    def whatever_was_told(told: list[tuple[str, dict[str, Any]]], hours: int, ways: list[str]) -> None:
        for name, data in told:
            replayed.service.hear_of(name, subject=str(data.get("activity", "m")), **data)
        replayed.go_on()
        replayed.service.clock.advance(timedelta(hours=hours))
        replayed.go_on()
        before = replayed.came_out()
        for way in ways:
            WAYS[way](replayed)
        replayed.restart()
        replayed.go_on()
        assert replayed.came_out() == before

    whatever_was_told()
    letters, webhooks, *_ = replayed.came_out()
    assert all(letters)
    assert len(webhooks) == len(set(webhooks)) > 5
