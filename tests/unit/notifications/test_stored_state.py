"""The documents of process managers, recorded before their states were typed: read whole, and written as they were."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from services.notifications.processes.audience import EVENTS, FACTS
from services.notifications.processes.audiences.state import AUDIENCE_STATE, AudienceState
from services.notifications.processes.moving import HOME_STATE, Home
from services.notifications.processes.partnering import BOARD_STATE, BoardState
from services.notifications.processes.reminders import REMINDER_STATE, ReminderState
from services.notifications.processes.stored_state import StoredState, added, removed

RECORDED: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "stored_states.json").read_text(encoding="utf-8")
)
STATES: dict[str, tuple[StoredState[Any], type]] = {
    "audience": (AUDIENCE_STATE, AudienceState),
    "moving": (HOME_STATE, Home),
    "partnering": (BOARD_STATE, BoardState),
    "reminders": (REMINDER_STATE, ReminderState),
}


def documents(manager: str) -> list[dict[str, Any]]:
    return [document for name, some in RECORDED.items() if name.partition("/")[0] == manager for document in some]


@pytest.mark.parametrize("manager", STATES)
def test_a_recorded_document_is_written_as_it_was(manager: str) -> None:
    stored, _ = STATES[manager]
    for document in documents(manager):
        written = stored.write(stored.read(document), document)
        assert {name: written[name] for name in document} == document
        assert json.loads(json.dumps(written)) == written
        assert stored.read(written) == stored.read(document)


@pytest.mark.parametrize("manager", STATES)
def test_the_recorded_documents_hold_something_under_every_key(manager: str) -> None:
    stored, state = STATES[manager]
    held = {name for document in documents(manager) for name, value in document.items() if value}
    assert held == {field.name for field in fields(state)}
    for document in documents(manager):
        read = stored.read(document)
        assert {name for name, value in document.items() if value} == {name for name in document if getattr(read, name)}


def test_a_field_that_holds_nothing_is_left_out_unless_the_document_had_it() -> None:
    emptied = AudienceState(region="kediri", members=())
    assert AUDIENCE_STATE.write(emptied, {}) == {"region": "kediri"}
    assert AUDIENCE_STATE.write(emptied, {"members": ["sri"]}) == {"region": "kediri", "members": []}


def test_a_field_that_a_later_release_has_written_stays() -> None:
    assert AUDIENCE_STATE.write(AudienceState(), {"later": 1}) == {"later": 1}


def test_people_are_added_once_and_nobody_is_not_added() -> None:
    assert added(("sri",), "budi", None, "sri", "budi") == ("sri", "budi")
    assert removed(("sri", "budi"), "sri") == ("budi",)


def test_each_fact_and_each_event_has_one_row() -> None:
    named = [row.what for row in (*FACTS, *EVENTS)]
    assert len(named) == len(set(named))
