"""What an operator sees of a service, while parts of it or of its neighbours are away."""

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from kombu.exceptions import OperationalError
from pymongo.database import Database
from pymongo.uri_parser import parse_uri

from deploy.waiting import wait_until
from services.kernel.base.mongo import connect
from services.kernel.bus import subscription
from services.kernel.bus.relay import Relay
from services.kernel.declare.policy import ANONYMOUS, EVERYWHERE, Actor, service_actor
from services.kernel.http.api import RawRequest
from services.kernel.log.mongo_log import MongoLog
from services.kernel.readers.parking import ParkedFact, parked_now
from services.kernel.readers.reader import Checkpoints
from tests.services.notifications.harness import NotificationsHarness
from tests.support.proxy import Proxy
from tests.support.sample_domain import REGISTRY, append

NOBODY = "amqp://guest:guest@127.0.0.1:9//"
PARKED = {"service": "notifications", "reader": "planner"}


@pytest.fixture
def harness(database: Database[dict[str, Any]]) -> NotificationsHarness:
    return NotificationsHarness(database)


@pytest.fixture
def watching(harness: NotificationsHarness, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The service asks the feeds of its sources, none of which answers."""
    monkeypatch.setattr(subscription, "SILENCE_SECONDS", 0.1)
    stop = threading.Event()
    threads = [threading.Thread(target=watch.run, args=(stop,)) for watch in harness.application.watches]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join(60)


def ready(harness: NotificationsHarness) -> dict[str, Any]:
    answer = harness.get(ANONYMOUS, "/readyz")
    assert answer.status == (200 if answer.body["ready"] else 503)
    return dict(answer.body)


def sample(harness: NotificationsHarness, name: str, labels: dict[str, str]) -> float | None:
    return harness.application.metrics.registry.get_sample_value(name, labels)


@pytest.mark.usefixtures("watching")
def test_a_feed_that_does_not_answer_is_a_reason_a_metric_and_one_line_in_the_log(
    harness: NotificationsHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    labels = {"service": "notifications", "source": "members"}
    wait_until(lambda: sample(harness, "jejaring_feed_failing", labels) == 1, 10, "the metric")
    time.sleep(0.5)  # further attempts
    shown = ready(harness)
    assert [reason for reason in shown["reasons"] if reason.startswith("feed of members: ")]
    assert (shown["ready"], shown["degraded"]) == (True, True)
    lines = [record for record in caplog.records if getattr(record, "source", "") == "members"]
    assert len(lines) == 1


def test_a_feed_that_answers_again_is_no_reason_any_more(
    harness: NotificationsHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "SILENCE_SECONDS", 0.1)
    [watch] = [watch for watch in harness.application.watches if watch.source == "members"]
    stop = threading.Event()
    thread = threading.Thread(target=watch.run, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: watch.why, 10, "the failure")
        monkeypatch.setattr(type(watch._catch_up), "run", lambda *_: 0)
        wait_until(lambda: not watch.why, 10, "the recovery")
    finally:
        stop.set()
        thread.join(60)
    assert sample(harness, "jejaring_feed_failing", {"service": "notifications", "source": "members"}) == 0
    assert not [reason for reason in ready(harness)["reasons"] if reason.startswith("feed of members")]


def test_a_service_that_lacks_its_broker_is_ready_to_answer_and_says_what_it_lacks(
    database: Database[dict[str, Any]],
) -> None:
    shown = ready(NotificationsHarness(database, amqp=NOBODY))
    assert (shown["ready"], shown["degraded"]) == (True, True)
    assert any(reason.startswith("notifications.from.members: ") for reason in shown["reasons"])


def test_the_number_of_parked_facts_falls_to_zero_again(harness: NotificationsHarness) -> None:
    parking = harness.application.parking
    parked = ParkedFact("planner", "inbox", 1, 0, "k", "Error", parked_now())
    parking.park([parked])
    harness.get(ANONYMOUS, "/metrics")
    wait_until(lambda: _parked(harness) == 1, 10, "the parked fact")
    parking.done([parked])
    wait_until(lambda: _parked(harness) == 0, 10, "the gauge to fall")


def _parked(harness: NotificationsHarness) -> float | None:
    harness.get(ANONYMOUS, "/metrics")
    return sample(harness, "jejaring_parked_facts", PARKED)


def test_metrics_are_answered_at_once_while_the_database_is_away_with_the_age_of_what_was_counted(
    database: Database[dict[str, Any]], mongodb_uri: str
) -> None:
    NotificationsHarness(database)  # prepares the database
    proxy = Proxy("127.0.0.1", parse_uri(mongodb_uri)["nodelist"][0][1])
    away = connect(f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true")[database.name]
    harness = NotificationsHarness(away, prepare=False)
    harness.application.parking.park([ParkedFact("planner", "inbox", 1, 0, "k", "Error", parked_now())])
    wait_until(lambda: _parked(harness) == 1, 10, "the parked fact")
    proxy.close()
    answered: list[float] = []
    for _ in range(5):
        begun = time.monotonic()
        answer = harness.application.api.respond(RawRequest("GET", "/metrics", {}, {}, b""))
        answered.append(time.monotonic() - begun)
        assert answer.status == 200
        time.sleep(0.1)
    assert min(answered) < 0.1
    assert max(answered) < 1.5  # a busy machine; an answer of the database would be awaited for two seconds and more
    assert sample(harness, "jejaring_parked_facts", PARKED) == 1
    age = sample(harness, "jejaring_parked_age_seconds", {"service": "notifications"})
    assert age is not None
    assert age >= 0.4


def test_the_relays_lag_counts_from_its_checkpoint_while_the_broker_is_away(database: Database[dict[str, Any]]) -> None:
    log = MongoLog("shelves", database, REGISTRY)
    log.prepare()
    for n in range(7):
        log.append(append(f"shelf-{n}", 0, f"t{n}"))
    checkpoints = Checkpoints(database)
    checkpoints.move("relay", 1, 0, 4)
    relay = Relay(log, checkpoints, NOBODY, "jejaring.test")
    assert relay.lag() == 3  # before its first step, and on an instance without the lease
    with pytest.raises(OperationalError):
        relay.step(1)
    assert relay.lag() == 3


BOARD = Actor("person", "wulan", grants={"people.read": (EVERYWHERE,)})


@pytest.mark.parametrize("who", [ANONYMOUS, BOARD, Actor("partner", "slims")])
def test_the_feed_is_answered_to_services_only(harness: NotificationsHarness, who: Actor) -> None:
    assert harness.get(who, "/internal/feed", query={"after": "0"}).status == 403
    assert harness.get(service_actor("members"), "/internal/feed", query={"after": "0"}).body["facts"] == []


@pytest.mark.parametrize("who", [ANONYMOUS, BOARD, service_actor("events")])
def test_what_the_log_holds_about_a_person_is_answered_to_the_gateway_only(
    harness: NotificationsHarness, who: Actor
) -> None:
    assert harness.get(who, "/internal/personal", query={"ids": "ani"}).status == 403
    assert harness.get(service_actor("gateway"), "/internal/personal", query={"ids": "ani"}).status == 200
