"""A fact's data is a promise: what every event that was ever written tells stays the same, byte for byte."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from services.kernel.base.message import Metadata, Recorded
from services.kernel.bus.envelope import canonical
from tests.support import golden

AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TOLD = Path(__file__).with_name("told.jsonl")
"""A line for each golden event that tells a fact. Lines are added, none is changed: ``python -m tests.contract.test_facts``
writes those that are missing.
"""


def told_today() -> Iterator[str]:
    for service in golden.all_services():
        tell = import_module(f"services.{service}.contract").tell
        seen: Counter[str] = Counter()
        for event in golden.events(service):
            name = type(event).__name__
            seen[name] += 1
            draft = tell(Recorded(1, 0, "stream-identity", 1, "event", event, AT, AT, Metadata("c")))
            if draft is not None:
                line = {
                    "told": f"{service} {name} {seen[name]}",
                    "fact": f"{draft.type}.v{draft.version}",
                    "subject": draft.subject,
                    "region": draft.region,
                    "data": dict(draft.data),
                }
                yield canonical(line).decode()


def kept() -> list[str]:
    return TOLD.read_text("utf-8").splitlines()


def test_every_fact_ever_told_is_told_the_same_today() -> None:
    today = set(told_today())
    assert [line for line in kept() if line not in today] == []


def test_an_event_that_told_nothing_tells_a_fact_only_when_the_line_is_kept() -> None:
    lines = set(kept())
    assert [line for line in told_today() if line not in lines] == []


@pytest.mark.parametrize("service", golden.all_services())
def test_every_fact_has_a_kept_example(service: str) -> None:
    facts = {json.loads(line)["fact"].partition(".")[0] for line in kept() if f'"told":"{service} ' in line}
    assert facts == set(import_module(f"services.{service}.contract").FACTS)


@pytest.mark.parametrize("service", golden.all_services())
def test_a_fact_is_as_its_published_schema_says(service: str) -> None:
    published = import_module(f"services.{service}.contract").FACTS
    for fact in golden.facts([service], ["identity"]):
        assert published[fact.type].validate(dict(fact.data)) == {}, fact.type


@pytest.mark.parametrize("service", golden.all_services())
def test_no_fact_carries_what_is_sealed(service: str) -> None:
    """In golden events every sealed text is the word ``sealed``."""
    for fact in golden.facts([service], ["identity"]):
        assert "sealed" not in json.dumps(fact.data), fact.type


def write_missing() -> None:
    lines = kept() if TOLD.exists() else []
    missing = [line for line in told_today() if line not in lines]
    TOLD.write_text("".join(f"{line}\n" for line in [*lines, *missing]), "utf-8")


if __name__ == "__main__":
    write_missing()
