"""The same input makes the same view, byte for byte: whatever is read twice, and in whatever order two logs are read.

Every view of every service, over histories drawn from all events that were ever written and all facts that they tell.
"""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from services.kernel.base.message import Fact
from services.kernel.declare.view import COMMITS, INBOX, View, update
from tests.support import golden

IDENTITIES = ("one", "two")
MOST = 24


@dataclass(frozen=True)
class Given:
    """A view, and all that it could ever be given: ``(log, event or fact)`` without its place."""

    service: str
    view: View
    events: Sequence[tuple[Any, str]]
    facts: Sequence[Fact]


def views() -> Iterator[Given]:
    for service in golden.all_services():
        definition = importlib.import_module(f"services.{service}.bootstrap").definition()
        told = golden.facts([name for name in golden.all_services() if name in definition.sources], IDENTITIES)
        for view in definition.views:
            own = [
                (event, identity)
                for event in (golden.events(service) if COMMITS in view.logs else ())
                for identity in IDENTITIES
                if view.apply(golden.recorded(event, identity, 1))
            ]
            heard = [fact for fact in told if view.apply(fact)] if INBOX in view.logs else []
            yield Given(service, view, own, heard)


ALL = list(views())


def read(collection: Collection[dict[str, Any]], view: View, log: str, histories: Sequence[Any]) -> None:
    """Read one log's items, each under its place. Raises ``OperationFailure``."""
    for position, item in histories:
        changes = view.apply(placed(item, position))
        for change in changes:
            collection.bulk_write([update(log, position * 1000, change)])


def placed(item: Any, position: int) -> Any:
    """An event or a fact at its place in its log."""
    if isinstance(item, Fact):
        return Fact(
            item.source, item.epoch, position, item.id, item.type, item.version, item.subject, item.region, item.at,
            item.data, item.correlation, position,
        )  # fmt: skip
    event, identity = item
    return golden.recorded(event, identity, position)


def shown(collection: Collection[dict[str, Any]]) -> dict[str, bytes]:
    return {document["_id"]: bson.encode(_sorted(document)) for document in collection.find()}


def _sorted(value: Any) -> Any:
    match value:
        case dict():
            return {name: _sorted(value[name]) for name in sorted(value)}
        case list():
            return [_sorted(each) for each in value]
    return value


@pytest.mark.parametrize("found", ALL, ids=lambda found: f"{found.service}.{found.view.name}")
def test_every_view_is_given_something_by_what_is_really_told(found: Given) -> None:
    for log in found.view.logs:
        assert found.events if log == COMMITS else found.facts, f"nothing that is told concerns it in {log}"


@pytest.mark.parametrize("found", ALL, ids=lambda found: f"{found.service}.{found.view.name}")
def test_the_same_history_always_makes_the_same_view(found: Given, database: Database[dict[str, Any]]) -> None:
    @settings(max_examples=4, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(data=st.data())
    def whatever_is_drawn(data: st.DataObject) -> None:
        own = data.draw(st.lists(st.sampled_from(found.events), max_size=MOST)) if found.events else []
        heard = data.draw(st.lists(st.sampled_from(found.facts), max_size=MOST)) if found.facts else []
        once, again = database["once"], database["again"]
        once.drop()
        again.drop()
        taken = {COMMITS: [], INBOX: []}
        for log, items in ((COMMITS, own), (INBOX, heard)):
            for position, item in enumerate(items, 1):
                if not _applies(once, found.view, log, position, item):
                    # Drawn at random, some contradict what came before; the log never does. It leaves no trace.
                    once.drop()
                    for known in (COMMITS, INBOX):
                        read(once, found.view, known, taken[known])
                    continue
                taken[log].append((position, item))
        # The other order of both logs, and each begun anew somewhere in its middle, as after a crash.
        for log in (INBOX, COMMITS):
            read(again, found.view, log, taken[log])
            if taken[log]:
                read(again, found.view, log, taken[log][data.draw(st.integers(0, len(taken[log]) - 1)) :])
        assert shown(again) == shown(once)

    whatever_is_drawn()


def _applies(collection: Collection[dict[str, Any]], view: View, log: str, position: int, item: Any) -> bool:
    try:
        read(collection, view, log, [(position, item)])
    except OperationFailure:
        return False
    return True
