import json
from pathlib import Path

import pytest

from services.kernel.base.message import Event
from services.kernel.declare.process import DeadlinePassed
from services.mentoring.contract import FACTS, REGISTRY, tell
from tests.support.sample_community import KEDIRI, NOW
from tests.unit.mentoring import consultation_told, mentorship_told
from tests.unit.mentoring.sample_events import recorded

TOLD: list[tuple[str, Event, str | None]] = [
    *consultation_told.TOLD,
    *mentorship_told.TOLD,
    ("deadlines-response-c", DeadlinePassed("response", "c", "due", NOW), None),
]


@pytest.mark.parametrize(("stream", "event", "kind"), TOLD)
def test_an_event_tells_what_the_contract_says_of_it(stream: str, event: Event, kind: str | None) -> None:
    draft = tell(recorded(stream, event, id="event-1"))
    assert (draft and draft.type) == kind
    if draft is not None:
        assert (draft.event, draft.subject, draft.region) == ("event-1", stream.partition("-")[2], KEDIRI)
        assert FACTS[draft.type].validate(dict(draft.data)) == {}
        assert json.loads(json.dumps(draft.data)) == draft.data


@pytest.mark.parametrize(("stream", "event", "kind"), TOLD)
def test_what_is_sealed_is_told_to_nobody(stream: str, event: Event, kind: str | None) -> None:
    draft = tell(recorded(stream, event))
    assert kind is None or (draft is not None and "sealed" not in json.dumps(draft.data))


def test_every_event_and_every_fact_is_among_these() -> None:
    assert {type(event).__name__ for _, event, _ in TOLD} == REGISTRY.names()
    assert {kind for *_, kind in TOLD if kind} == set(FACTS)


@pytest.mark.parametrize("event", [event for _, event, _ in TOLD])
def test_every_event_is_read_back_as_it_was_written(event: Event) -> None:
    name, schema, data = REGISTRY.dump(event)
    assert REGISTRY.load(name, schema, json.loads(json.dumps(data))) == event


GOLDEN = Path(__file__).with_name("golden.jsonl")
"""Every version of every event that was ever written, as it was written. Lines are added, none is changed."""


def test_every_version_ever_written_is_still_readable_and_todays_are_among_them() -> None:
    written = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
    for each in written:
        event = REGISTRY.load(each["type"], each["schema"], each["data"])
        if each["schema"] == event.schema:
            assert REGISTRY.dump(event) == (each["type"], each["schema"], each["data"])
    today = {(type(event).__name__, event.schema) for _, event, _ in TOLD}
    assert today <= {(each["type"], each["schema"]) for each in written}
