"""Every process manager of every service, over histories of the events ever written and the facts that they tell.

The views are read the same way in ``tests/integration/test_projections.py``. A manager needs no database for it.
"""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kernel.base.message import Command, Fact, Recorded
from services.kernel.declare.process import DeadlinePassed, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from tests.support import golden

IDENTITIES = ("one", "two")
MAX_ITEMS = 24


@dataclass(frozen=True)
class Concerned:
    """A manager with every golden event and fact that concerns it."""

    service: str
    manager: ProcessManager
    items: Mapping[str, Sequence[Recorded | Fact]]


def managers() -> Iterator[Concerned]:
    for service in golden.all_services():
        definition = importlib.import_module(f"services.{service}.bootstrap").definition()
        facts = golden.facts([name for name in golden.all_services() if name in definition.sources], IDENTITIES)
        events = [
            golden.recorded(event, identity, position)
            for position, event in enumerate(golden.events(service), 1)
            for identity in IDENTITIES
        ]
        for manager in definition.managers:
            read = {log: {COMMITS: events, INBOX: facts}[log] for log in manager.logs}
            yield Concerned(
                service, manager, {log: [item for item in read[log] if manager.concerned(item)] for log in read}
            )


ALL = list(managers())
EACH = pytest.mark.parametrize("found", ALL, ids=lambda found: f"{found.service}.{found.manager.name}")


def stored(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state as it comes back from the database."""
    return bson.decode(bson.encode(dict(state)))


def reaction_to(manager: ProcessManager, state: Mapping[str, Any], item: Recorded | Fact) -> Reaction | None:
    """The reaction; None where the item contradicts what came before, as it may at random and never does in a log."""
    try:
        return manager.reaction(state, item)
    except LookupError as error:
        if type(error) is not LookupError:  # a KeyError is a field that the fact has not
            raise
        return None


def played(manager: ProcessManager, history: Sequence[Recorded | Fact]) -> tuple[dict[str, Any], list[Any]]:
    """The states of all instances in the end, and every command and deadline on the way."""
    states: dict[str, dict[str, Any]] = {}
    effects: list[Any] = []
    for item in history:
        for instance in manager.concerned(item):
            reaction = reaction_to(manager, states.get(instance, {}), item)
            if reaction is not None:
                states[instance] = stored(reaction.state)
                effects.append((instance, list(reaction.commands), dict(reaction.deadlines)))
    return states, effects


@EACH
def test_every_manager_reacts_to_some_kept_fact(found: Concerned) -> None:
    assert any(found.items.values()), "nothing that is told concerns it"


@EACH
def test_a_manager_takes_whatever_is_told_and_does_the_same_each_time(found: Concerned) -> None:
    told = [item for log in found.items.values() for item in log]

    @settings(max_examples=20, derandomize=True)
    @given(st.lists(st.sampled_from(told), max_size=MAX_ITEMS))
    def whatever_is_drawn(drawn: list[Recorded | Fact]) -> None:
        history = [*told, *drawn]  # each of them once, for at random few begin with a region and an activity
        states, effects = played(found.manager, history)
        assert (states, effects) == played(found.manager, history)
        for _, dispatches, deadlines in effects:
            assert all(isinstance(dispatch.command, Command) for dispatch in dispatches)
            assert all(isinstance(due, datetime) and due.tzinfo is not None for due in deadlines.values())

    whatever_is_drawn()


@EACH
def test_each_deadline_that_a_manager_sets_is_taken_when_it_passes(found: Concerned) -> None:
    for item in (item for log in found.items.values() for item in log):
        for instance in found.manager.concerned(item):
            reaction = reaction_to(found.manager, {}, item)
            for name, due in reaction.deadlines.items() if reaction is not None else ():
                passed = golden.recorded(DeadlinePassed(found.manager.name, instance, name, due), instance, 1000)
                assert found.manager.concerned(passed) == [instance]
                reaction_to(found.manager, stored(reaction.state), passed)
