"""The public feed: each fact once and in order, to who may read it, wherever they resume."""

import threading
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from services.kernel.base.message import Fact
from services.kernel.base.settings import PORTS
from services.kernel.bus.envelope import canonical, envelope
from services.kernel.bus.inbox import Inbox
from services.kernel.declare.policy import ANONYMOUS, Actor
from services.notifications.domain.interest import Interest
from services.notifications.domain.public_facts import INTERNAL_FACTS, PUBLIC, matches
from services.notifications.public_feed import PublicFeed
from tests.services.notifications.harness import KEEPER, NotificationsHarness
from tests.support.service_databases import ServiceDatabases
from tests.unit.notifications.facts import START

ALL = Interest(granted=("*",))
SOURCES = ("members", "events", "mentoring", "notifications")
TYPES = {
    "members": ("member-joined", "login-code-issued"),
    "events": ("seat-taken", "activity-published"),
    "mentoring": ("library-live", "visit-logged"),
    "notifications": ("partner-joined", "contact-bounced"),
}


@pytest.fixture
def own(service_databases: ServiceDatabases) -> Database[dict[str, Any]]:
    return service_databases.empty(NotificationsHarness)


@pytest.fixture
def harness(own: Database[dict[str, Any]]) -> NotificationsHarness:
    return NotificationsHarness(own, prepare=False)


def told(source: str, n: int, region: str | None = "kota-kediri") -> dict[str, Any]:
    kind = TYPES[source][n % 2]
    fact = Fact(source, "e", n, f"{source}-{n}", kind, 1, f"subject-{n % 3}", region, START, {"n": n, "é": 1.5}, "c")
    return envelope(fact, "jejaring.test")


def whole(feed: PublicFeed, interest: Interest, limits: Sequence[int], at_most: int = 2048) -> list[dict[str, Any]]:
    """Read to the end, a page at a time, resuming by the cursor alone."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    turn = 0
    while True:
        page = feed.read(interest, feed.position(cursor), limits[turn % len(limits)], at_most)
        found += [dict(entry.envelope) for entry in page.entries]
        cursor, turn = feed.cursor(page.position), turn + 1
        if not page.more:
            return found


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    counts=st.tuples(*[st.integers(0, 14)] * 4),
    chunk=st.integers(1, 5),
    limits=st.lists(st.integers(1, 7), min_size=1, max_size=4),
    at_most=st.integers(1, 300),
)
def test_a_reader_that_resumes_anywhere_sees_each_fact_once_and_in_its_sources_order(
    own: Database[dict[str, Any]], counts: tuple[int, ...], chunk: int, limits: list[int], at_most: int
) -> None:
    """Four sources are admitted at once, by two instances each, while somebody reads."""
    own.drop_collection("inbox")
    own.drop_collection("sources")
    instances = [Inbox("notifications", own), Inbox("notifications", own)]
    instances[0].prepare()
    sent = {
        source: [told(source, n) for n in range(1, count + 1)] for source, count in zip(SOURCES, counts, strict=True)
    }
    feed = PublicFeed(Inbox("notifications", own), "here")
    early: list[dict[str, Any]] = []

    def admit(inbox: Inbox, source: str) -> None:
        for begin in range(0, len(sent[source]), chunk):
            inbox.admit(source, sent[source][: begin + chunk])

    threads = [threading.Thread(target=admit, args=(inbox, source)) for inbox in instances for source in SOURCES]
    for thread in threads:
        thread.start()
    position, alive = 0, True
    while alive:
        alive = any(thread.is_alive() for thread in threads)
        page = feed.read(ALL, position, limits[0], at_most)
        early += [dict(entry.envelope) for entry in page.entries]
        position = page.position
    early += [dict(entry.envelope) for entry in feed.read(ALL, position, 100).entries]
    for seen in (early, whole(feed, ALL, limits, at_most)):
        for source, envelopes in sent.items():
            public = [each for each in envelopes if f"{source}.{each['type'].split('.')[3]}" in PUBLIC]
            mine = [each for each in seen if each["source"].endswith(f"/{source}")]
            assert [canonical(each) for each in mine] == [canonical(each) for each in public]


def test_the_envelope_is_untouched_and_the_cursor_exclusive(harness: NotificationsHarness) -> None:
    reader = harness.behind(harness.bearer(harness.partner()))
    first = harness.hear_of("events.activity-published", title="Pelatihan é", units=["b-slims"], open=True)
    page = harness.get(reader, "/v1/feed").body
    assert [canonical(item) for item in page["items"]] == [canonical(envelope(first, "jejaring.test"))]
    assert harness.get(reader, f"/v1/feed?after={page['next']}").body == {
        "items": [],
        "next": page["next"],
        "more": False,
    }
    second = harness.hear_of("events.activity-completed")
    one = harness.get(reader, "/v1/feed?limit=1").body
    assert ([item["id"] for item in one["items"]], one["more"]) == ([first.id], True)
    assert [item["id"] for item in harness.get(reader, f"/v1/feed?after={page['next']}").body["items"]] == [second.id]


def test_a_key_reads_facts_of_its_regions_and_of_no_region(harness: NotificationsHarness) -> None:
    partner = harness.partner()
    here = harness.hear_of("events.seat-taken", "kota-kediri")
    there = harness.hear_of("events.seat-taken", "kota-blitar")
    elsewhere = harness.hear_of("events.seat-taken", "tulungagung")
    nowhere = harness.hear_of("members.member-erased", None)

    def ids(actor: Actor, query: str = "") -> list[str]:
        return [item["id"] for item in harness.get(actor, f"/v1/feed{query}").body["items"]]

    one, both = (
        harness.behind(harness.bearer(partner)),
        harness.behind(harness.bearer(partner, "kota-kediri", "kota-blitar")),
    )
    assert ids(one) == [here.id, nowhere.id]
    assert ids(both) == [here.id, there.id, nowhere.id]
    assert ids(both, "?region=kota-blitar") == [there.id, nowhere.id]
    assert ids(both, "?types=seat-*") == [here.id, there.id]
    assert ids(both, "?types=member-*,events.seat-taken&region=kota-blitar") == [there.id, nowhere.id]
    assert ids(KEEPER) == [here.id, there.id, elsewhere.id, nowhere.id]
    assert harness.get(one, "/v1/feed?region=kota-blitar").status == 403


def test_only_partners_and_keepers_of_partners_read_the_feed(harness: NotificationsHarness) -> None:
    assert harness.get(ANONYMOUS, "/v1/feed").status == 401
    assert harness.get(Actor("person", "ani"), "/v1/feed").status == 403
    unscoped = harness.behind(harness.bearer(harness.partner(), scopes=("subscriptions.keep",)))
    assert harness.get(unscoped, "/v1/feed").status == 403


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=%00", "limit=0", "limit=101", "types=A", "types=login-code-issued", "types=", "region=a.b"],
)
def test_a_malformed_query_is_400(harness: NotificationsHarness, query: str) -> None:
    assert harness.get(KEEPER, f"/v1/feed?{query}").status == 400


def test_a_cursor_of_a_history_that_was_restored_says_so(harness: NotificationsHarness) -> None:
    other = PublicFeed(Inbox("notifications", harness.database), "another").cursor(3)
    reply = harness.get(KEEPER, f"/v1/feed?after={other}")
    assert reply.status == 400
    assert "restored" in reply.body["errors"]["after"][0]


def test_a_page_with_few_matches_is_short_and_goes_on(harness: NotificationsHarness) -> None:
    feed = PublicFeed(Inbox("notifications", harness.database), "here")
    inside = [told("members", n) | {"type": "id.jejaring.members.login-code-issued.v1"} for n in range(1, 301)]
    assert harness.application.inbox.admit("members", inside).stored == 300
    last = harness.hear_of("events.seat-taken")
    page = feed.read(ALL, 0, 10, at_most=256)
    assert (page.entries, page.position, page.more) == ([], 256, True)
    assert [entry.envelope["id"] for entry in feed.read(ALL, page.position, 10).entries] == [last.id]


def test_login_codes_are_in_no_public_feed(harness: NotificationsHarness) -> None:
    harness.hear_of("members.login-code-issued")
    assert harness.get(KEEPER, "/v1/feed").body["items"] == []
    assert not PUBLIC & set(INTERNAL_FACTS)


def test_every_fact_is_listed_as_public_or_internal() -> None:
    told_by_all = {
        f"{source}.{name}" for source in PORTS for name in import_module(f"services.{source}.contract").FACTS
    }
    assert told_by_all - PUBLIC - set(INTERNAL_FACTS) == set()


def test_a_pattern_names_a_type_with_or_without_its_source() -> None:
    assert matches("activity-*", "events.activity-published")
    assert matches("events.*", "events.activity-published")
    assert matches("activity-published", "events.activity-published")
    assert not matches("published", "events.activity-published")
    assert not matches("members.*", "events.activity-published")


def test_a_type_pattern_with_many_stars_is_matched_quickly() -> None:
    began = time.process_time()
    assert not matches("a*" * 40 + "x", "events." + "a" * 60)
    assert time.process_time() - began < 1


def test_a_subscription_to_all_regions_gets_the_readable_regions() -> None:
    everywhere = Interest((), ("*",), ("*",))
    assert everywhere.takes("events.activity-published", "kota-kediri")
    assert not Interest((), ("*",), ("kota-blitar",)).takes("events.activity-published", "kota-kediri")
