"""The stored states of process managers, recorded before the states were dataclasses: read whole, and written as they were."""

import json
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

import pytest

from services.kernel.declare.plain import STATE
from services.kernel.declare.process import ProcessManager
from services.notifications.processes.audience import AUDIENCE, EVENTS, FACTS
from services.notifications.processes.moving import MOVING
from services.notifications.processes.partnering import PARTNERING
from services.notifications.processes.people import added, removed
from services.notifications.processes.reminders import REMINDERS

RECORDED: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "stored_states.json").read_text(encoding="utf-8")
)
MANAGERS: dict[str, ProcessManager[Any]] = {each.name: each for each in (AUDIENCE, MOVING, PARTNERING, REMINDERS)}


def documents(manager: str) -> list[dict[str, Any]]:
    return [document for name, some in RECORDED.items() if name.partition("/")[0] == manager for document in some]


def without_defaults(document: dict[str, Any], state: type) -> dict[str, Any]:
    """The document without the fields that hold what a state begins with."""
    begins = {name: json.loads(json.dumps(value)) for name, value in asdict(state()).items()}
    kept = {name: value for name, value in document.items() if value != begins[name]}
    for announcement in kept.get("announced", {}).values():
        if not announcement["gone"]:
            del announcement["gone"]
    return kept


@pytest.mark.parametrize("manager", MANAGERS)
def test_a_recorded_document_is_read_whole_and_written_without_fields_at_their_default(manager: str) -> None:
    state = MANAGERS[manager].state
    for document in documents(manager):
        read = STATE.read(state, document)
        written = STATE.write(read)
        assert json.loads(json.dumps(written)) == written
        assert STATE.read(state, written) == read
        assert written == without_defaults(document, state)


@pytest.mark.parametrize("manager", MANAGERS)
def test_the_recorded_documents_hold_something_under_every_key(manager: str) -> None:
    state = MANAGERS[manager].state
    held = {name for document in documents(manager) for name, value in document.items() if value}
    assert held == {field.name for field in fields(state)}
    for document in documents(manager):
        read = STATE.read(state, document)
        assert {name for name, value in document.items() if value} == {name for name in document if getattr(read, name)}


@pytest.mark.parametrize("manager", MANAGERS)
def test_an_instance_begins_with_the_defaults(manager: str) -> None:
    state = MANAGERS[manager].state
    assert all(each.default is not MISSING or each.default_factory is not MISSING for each in fields(state))
    assert STATE.write(STATE.read(state, {})) == {}


def test_people_are_added_once_and_nobody_is_not_added() -> None:
    assert added(("sri",), "budi", None, "sri", "budi") == ("sri", "budi")
    assert removed(("sri", "budi"), "sri") == ("budi",)


def test_each_fact_and_each_event_has_one_row() -> None:
    named = [row.fact or row.shape for row in (*FACTS, *EVENTS)]
    assert len(named) == len(set(named))
