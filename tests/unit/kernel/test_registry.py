"""Old events are never rewritten: they are lifted, one version at a time, when they are read."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest

from services.kernel.base.message import Event
from services.kernel.log.registry import Registry, Unreadable


@dataclass(frozen=True)
class Place:
    name: str
    kilometres: float


@dataclass(frozen=True)
class Moved(Event):
    schema: ClassVar[int] = 3

    at: datetime
    day: date
    places: tuple[Place, ...]
    why: str | None = None


def registry() -> Registry:
    made = Registry()
    made.register(Moved)

    @made.upcaster("Moved", 1)
    def _two(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "places": [{"name": data["place"], "kilometres": 0.0}]} | {"place": None}

    @made.upcaster("Moved", 2)
    def _three(data: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in data.items() if name != "place"}

    return made


MOVED = Moved(datetime(2026, 1, 2, 3, tzinfo=UTC), date(2026, 1, 2), (Place("Pare", 1.5),), None)


def test_a_dumped_event_is_json_and_loads_unchanged() -> None:
    import json

    name, schema, data = registry().dump(MOVED)
    assert registry().load(name, schema, json.loads(json.dumps(data))) == MOVED


def test_upcasters_lift_version_one_through_two_to_three() -> None:
    old = {"at": "2026-01-02T03:00:00+00:00", "day": "2026-01-02", "place": "Pare"}
    lifted = registry().load("Moved", 1, old)
    assert isinstance(lifted, Moved)
    assert lifted.places == (Place("Pare", 0.0),)
    assert old == {"at": "2026-01-02T03:00:00+00:00", "day": "2026-01-02", "place": "Pare"}


@pytest.mark.parametrize(
    ("name", "schema", "data"),
    [
        ("Unheard", 1, {}),
        ("Moved", 4, {}),
        ("Moved", 3, {}),
        ("Moved", 3, {"at": "yesterday", "day": "2026-01-02", "places": []}),
        ("Moved", 3, {"at": "2026-01-02T03:00:00+00:00", "day": "2026-01-02", "places": [], "new": 1}),
    ],
)
def test_unknown_names_and_newer_versions_are_unreadable(name: str, schema: int, data: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        registry().load(name, schema, data)


def test_a_missing_upcaster_is_unreadable_not_a_guess() -> None:
    bare = Registry()
    bare.register(Moved)
    with pytest.raises(Unreadable):
        bare.load("Moved", 2, {})


def test_two_classes_of_one_name_and_classes_that_can_change_are_refused() -> None:
    @dataclass
    class Loose(Event):
        a: int

    made = registry()
    with pytest.raises(ValueError, match="frozen"):
        made.register(Loose)
    other = dataclass(frozen=True)(type("Moved", (Event,), {"__annotations__": {}}))
    with pytest.raises(ValueError, match="two event classes"):
        made.register(other)


def test_an_event_that_was_never_registered_cannot_be_stored() -> None:
    with pytest.raises(Unreadable):
        Registry().dump(MOVED)
