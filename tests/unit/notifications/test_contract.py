"""What stands in the log can be read again, and nothing is told."""

from pathlib import Path

import services.notifications
from services.kernel.openapi import fragment_text
from services.notifications.bootstrap import definition
from services.notifications.contract import FACTS, REGISTRY, tell
from services.notifications.domain.preference import PreferenceChosen
from tests.unit.notifications.test_rendering import MESSAGES


def test_every_event_is_read_as_it_was_written() -> None:
    for event in (*MESSAGES.values(), PreferenceChosen("en", False), PreferenceChosen(None, True)):
        assert REGISTRY.load(*REGISTRY.dump(event)) == event


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
