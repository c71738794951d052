"""What the community holds is free (R1, R23): there is no field in which a fee could stand."""

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import services.events
from services.events.contract import FACTS, REGISTRY

MONEY = re.compile(r"(?:^|[_-])(fee|fees|price|cost|payment|paid|rupiah|amount|ticket|biaya|harga|bayar)(?:$|[_-])")
OPENAPI = Path(services.events.__file__).parent / "openapi.json"


def _fields(shape: Any) -> Iterator[str]:
    for field in dataclasses.fields(shape):
        yield field.name
        if dataclasses.is_dataclass(field.type):
            yield from _fields(field.type)


def _properties(document: Any) -> Iterator[str]:
    match document:
        case {"properties": dict(properties), **rest}:
            yield from properties
            yield from _properties([*properties.values(), *rest.values()])
        case dict():
            yield from _properties(list(document.values()))
        case list():
            for each in document:
                yield from _properties(each)


def test_no_event_no_fact_and_no_route_of_any_kind_of_activity_has_a_place_for_a_fee() -> None:
    classes = [REGISTRY._classes[name] for name in sorted(REGISTRY.names())]
    names = {f"{each.__name__}.{field}" for each in classes for field in _fields(each)}
    names |= {f"{kind}.{field}" for kind, schema in FACTS.items() for field in schema.fields}
    names |= {f"openapi.{name}" for name in _properties(json.loads(OPENAPI.read_text("utf-8")))}
    assert len(names) > 200
    assert sorted(name for name in names if MONEY.search(name.rpartition(".")[2])) == []


def test_a_fee_would_be_found() -> None:
    for name in ("fee", "entry_fee", "price", "biaya_masuk", "ticket-price"):
        assert MONEY.search(name), name
    assert not MONEY.search("coffee")
