"""An event is readable for ever: every version that was ever written keeps a golden line, and is read as it was written.

The golden lines are in ``tests/unit/<service>/golden.jsonl``, those of notifications one a file in ``golden/``. Lines are added,
none is changed. ``python -m tests.contract.test_events`` adds a line for each event or version that has none yet.
"""

import dataclasses
import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from services.kernel.base.message import Event
from services.kernel.declare.process import DeadlinePassed
from tests.support import golden
from tests.support.sample_event import sample_event

SERVICES = golden.all_services()
JOINED_LATER: Mapping[str, frozenset[str]] = {
    "MessagePlanned": frozenset({"chat", "announcement"}),
    "PreferenceChosen": frozenset(
        {"digest_at", "digest_day", "digest_every", "followed", "gathered", "muted", "off"}
        | {"quiet_from", "quiet_until", "telegram"}
    ),
}
"""Fields with a default that joined an event of notifications without a new version. No other field may."""


def contract(service: str) -> Any:
    return importlib.import_module(f"services.{service}.contract")


def event_classes(service: str) -> Iterator[tuple[type[Event], Mapping[str, Any]]]:
    """Each event of a service with the values that its fact allows; ``DeadlinePassed`` is the kernel's."""
    yield from ((row.event, row.known) for row in contract(service).TOLD)
    yield from ((event, {}) for event in contract(service).UNTOLD if event is not DeadlinePassed)


def without_golden_line(service: str) -> list[tuple[type[Event], Mapping[str, Any]]]:
    kept = {(each["type"], each["schema"]) for each in golden.written(service)}
    return [pair for pair in event_classes(service) if (pair[0].__name__, pair[0].schema) not in kept]


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_has_a_golden_line_of_its_present_version(service: str) -> None:
    assert [event.__name__ for event, _ in without_golden_line(service)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_version_ever_written_is_still_readable(service: str) -> None:
    registry = contract(service).REGISTRY
    for each in golden.written(service):
        event = registry.load(each["type"], each["schema"], each["data"])
        if each["schema"] == event.schema:
            name, schema, data = json.loads(json.dumps(registry.dump(event)))
            joined = data.keys() - each["data"].keys()
            assert joined <= JOINED_LATER.get(name, frozenset()), f"{name}: new fields need a new version"
            assert (name, schema, {field: data[field] for field in data.keys() - joined}) == (
                *(each["type"], each["schema"]),
                each["data"],
            )


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_is_read_back_as_it_was_written(service: str) -> None:
    registry = contract(service).REGISTRY
    for event in golden.events(service):
        name, schema, data = registry.dump(event)
        assert registry.load(name, schema, json.loads(json.dumps(data))) == event


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_class_of_a_domain_is_in_the_contract(service: str) -> None:
    domain = importlib.import_module(f"services.{service}.domain")
    modules = [
        importlib.import_module(f"{domain.__name__}.{found.name}") for found in pkgutil.iter_modules(domain.__path__)
    ]
    classes = {
        found.__name__
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Event) and dataclasses.is_dataclass(found)
    }
    assert classes <= contract(service).REGISTRY.names()


def write_missing() -> None:
    """Add the golden lines that are missing."""
    for service in SERVICES:
        for event, known in without_golden_line(service):
            golden.add(service, *contract(service).REGISTRY.dump(sample_event(event, known)))


if __name__ == "__main__":
    write_missing()
