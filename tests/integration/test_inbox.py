"""Admission: each source's order, no gaps, once, whoever brings it and however they race."""

import random
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from services.kernel.base.mongo import connect
from services.kernel.bus.envelope import envelope
from services.kernel.bus.inbox import Expected, Inbox
from tests.support.sample_domain import fact


def sent(*numbers: int, source: str = "events", epoch: str = "e") -> list[dict[str, Any]]:
    return [envelope(fact(source, n, epoch=epoch), "x") for n in numbers]


@pytest.fixture
def inbox(mongodb_uri: str, database: Database[dict[str, Any]]) -> Inbox:
    return _inbox(mongodb_uri, database)


def _inbox(uri: str, database: Database[dict[str, Any]]) -> Inbox:
    inbox = Inbox("shelves", connect(uri)[database.name])
    inbox.prepare()
    return inbox


def test_a_fact_beyond_a_gap_is_stored_only_after_the_gap_is_filled(inbox: Inbox) -> None:
    admission = inbox.admit("events", sent(1, 2, 5))
    assert (admission.stored, admission.gap) == (2, True)
    assert not admission.complete
    assert inbox.admit("events", sent(3, 4, 5)).complete
    assert [heard.n for heard in inbox.read(0)] == [1, 2, 3, 4, 5]


def test_a_duplicate_is_nothing_new(inbox: Inbox) -> None:
    inbox.admit("events", sent(1, 2))
    admission = inbox.admit("events", sent(1, 2, 2))
    assert admission.complete
    assert admission.stored == 0
    assert inbox.head() == 2


def test_sources_share_positions_and_keep_their_own_order(inbox: Inbox) -> None:
    inbox.admit("events", sent(1))
    inbox.admit("members", sent(1, 2, source="members"))
    inbox.admit("events", sent(2))
    assert [(heard.position, heard.source, heard.n) for heard in inbox.read(0)] == [
        (1, "events", 1), (2, "members", 1), (3, "members", 2), (4, "events", 2),
    ]  # fmt: skip


def test_a_restart_goes_on_where_it_stood(inbox: Inbox, mongodb_uri: str, database: Database[dict[str, Any]]) -> None:
    inbox.admit("events", sent(1, 2))
    assert _inbox(mongodb_uri, database).expected("events") == Expected("e", 3)


def test_another_history_begins_where_the_source_says(inbox: Inbox) -> None:
    inbox.admit("events", sent(1, 2, 3))
    assert inbox.admit("events", sent(3, epoch="new")).foreign
    inbox.begin("events", Expected("e", 4), "new", 3)
    assert inbox.admit("events", sent(3, epoch="new")).complete
    assert inbox.admit("events", sent(4)).foreign  # the history that is no more
    assert [(heard.epoch, heard.n) for heard in inbox.read(0)] == [("e", 1), ("e", 2), ("e", 3), ("new", 3)]


def test_two_instances_racing_into_the_same_facts_store_each_once_and_in_order(
    mongodb_uri: str, database: Database[dict[str, Any]]
) -> None:
    inboxes = [_inbox(mongodb_uri, database) for _ in range(3)]

    def bring(inbox: Inbox, seed: int) -> None:
        for start in range(0, 60, 6):
            numbers = list(range(1, start + 7))
            random.Random(seed + start).shuffle(numbers)
            inbox.admit("events", sent(*numbers))

    threads = [threading.Thread(target=bring, args=(inbox, seed)) for seed, inbox in enumerate(inboxes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    heard = inboxes[0].read(0)
    assert [one.n for one in heard] == list(range(1, 61))
    assert [one.position for one in heard] == list(range(1, 61))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(batches=st.lists(st.lists(st.integers(1, 12), max_size=6), max_size=12))
def test_whatever_comes_in_whatever_order_the_inbox_never_has_a_gap(
    database: Database[dict[str, Any]], mongodb_uri: str, batches: list[list[int]]
) -> None:
    database["inbox"].delete_many({})
    inbox = _inbox(mongodb_uri, database)
    for batch in batches:
        inbox.admit("events", sent(*batch))
    numbers = [heard.n for heard in inbox.read(0)]
    assert numbers == list(range(1, len(numbers) + 1))
