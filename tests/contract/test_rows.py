"""A view's documents are what its row declares: every path that an event or a fact sets, and every type."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.view import COMMITS, INBOX, View
from tests.support import golden
from tests.support.rows import misfits


def typed_views() -> Iterator[tuple[str, View[Any], list[Recorded | Fact]]]:
    for service in golden.all_services():
        definition = importlib.import_module(f"services.{service}.bootstrap").definition()
        told = golden.facts([name for name in golden.all_services() if name in definition.sources], ("one",))
        own = [golden.recorded(event, "one", 1) for event in golden.events(service)]
        for view in definition.views:
            if view.row is not dict:
                yield service, view, [*(own if COMMITS in view.logs else ()), *(told if INBOX in view.logs else ())]


ALL = list(typed_views())


@pytest.mark.parametrize(("service", "view", "read"), ALL, ids=[f"{service}.{view.name}" for service, view, _ in ALL])
def test_every_change_sets_fields_of_the_row(service: str, view: View[Any], read: list[Recorded | Fact]) -> None:
    changes = [change for each in read for change in view.apply(each)]
    assert changes, f"nothing that is told concerns {service}.{view.name}"
    assert misfits(view, changes) == []
