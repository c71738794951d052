"""What stands in the log can be read again, and nothing is told."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import services.notifications
from services.kernel.openapi import fragment_text
from services.notifications.bootstrap import definition
from services.notifications.contract import FACTS, REGISTRY, tell
from services.notifications.domain.message import Kind, MessagePlanned, Variable
from services.notifications.domain.preference import PreferenceChosen
from tests.unit.notifications.test_rendering import MESSAGES


def test_every_event_is_read_as_it_was_written() -> None:
    for event in (*MESSAGES.values(), PreferenceChosen("en", False), PreferenceChosen(None, True)):
        assert REGISTRY.load(*REGISTRY.dump(event)) == event


GOLDEN = {
    "MessagePlanned.v1": MessagePlanned(
        fact="0193a1b0-0000-7000-8000-000000000001",
        kind=Kind.SEAT_LINED,
        people=("0193a1b0-0000-7000-8000-000000000002",),
        variables=(Variable("title", "Gathering"), Variable("place", "3")),
        worth_until=datetime(2026, 12, 12, 2, 0, tzinfo=UTC),
        urgent=False,
        activity="0193a1b0-0000-7000-8000-000000000003",
        region=None,
    ),
    "PreferenceChosen.v1": PreferenceChosen(None, False),
}


@pytest.mark.parametrize("written", GOLDEN)
def test_every_version_ever_written_is_still_read(written: str) -> None:
    name, _, version = written.partition(".v")
    data = json.loads((Path(__file__).parent / "golden" / f"{written}.json").read_text("utf-8"))
    assert REGISTRY.load(name, int(version), data) == GOLDEN[written]


def test_every_event_of_our_own_has_a_golden_file_of_its_version() -> None:
    own = {MessagePlanned, PreferenceChosen}
    assert REGISTRY.names() == {event.__name__ for event in own} | {"DeadlinePassed"}
    assert {f"{event.__name__}.v{event.schema}" for event in own} <= set(GOLDEN)


def test_notifications_tells_nothing() -> None:
    assert not FACTS
    assert tell(None) is None  # type: ignore[arg-type]


def test_no_message_holds_a_name_or_an_address() -> None:
    shown = {variable.name for message in MESSAGES.values() for variable in message.variables}
    assert shown == {
        "code", "coordinator", "ends", "place", "reason", "region_name", "starts", "title", "topic_title", "venue", "was",
    }  # fmt: skip


def test_the_openapi_fragment_is_the_one_that_the_routes_give() -> None:
    kept = Path(services.notifications.__file__).with_name("openapi.json").read_text("utf-8")
    assert kept == fragment_text(definition())
