"""A manager's state as a dataclass, and as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from services.kernel.declare.process import ProcessManager, Reaction

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    titles: tuple[str, ...] = ()
    until: datetime | None = None


def react(state: Seen, fact: str) -> Reaction[Seen]:
    return Reaction(replace(state, titles=(*state.titles, fact)), deadlines={"clear": AT})


SEEING = ProcessManager("seeing", lambda _fact: ["one"], react, state=Seen)


def test_an_instance_begins_with_the_defaults_and_they_are_not_stored() -> None:
    first = SEEING.reaction({}, "a")
    assert (first.state, first.deadlines) == ({"titles": ["a"]}, {"clear": AT})


def test_a_stored_state_is_read_and_what_is_no_longer_known_is_ignored() -> None:
    stored = {"titles": ["a"], "until": AT.isoformat(), "old": 1}
    assert SEEING.reaction(stored, "b").state == {"titles": ["a", "b"], "until": AT.isoformat()}


def test_a_manager_without_a_state_of_its_own_gets_the_mapping() -> None:
    def append(state: Any, fact: str) -> Reaction:
        return Reaction({**state, fact: 1})

    assert ProcessManager("plain", lambda _fact: ["one"], append).reaction({"a": 1}, "b").state == {"a": 1, "b": 1}


def test_a_state_that_an_earlier_release_stored_is_upgraded_before_it_is_read() -> None:
    def upgrade(stored: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**stored, "titles": stored.get("titles", "").split()}

    manager = ProcessManager("seeing", lambda _fact: ["one"], react, state=Seen, upgrade=upgrade)
    assert manager.reaction({"titles": "a b"}, "c").state == {"titles": ["a", "b", "c"]}
