"""A row says what a fact is; the schema, the telling and the registry follow from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import pytest
from marshmallow import Schema, fields

from services.kernel.base.message import Event, FactDraft, Metadata, Recorded
from services.kernel.declare.facts import Contract, Part, Tells
from services.kernel.declare.schema import Truth, Tuple

AT = datetime(2026, 3, 2, 10, 30, tzinfo=timezone(timedelta(hours=7)))


@dataclass(frozen=True)
class Place:
    venue: str
    secret: str
    seats: int | None


@dataclass(frozen=True)
class Point:
    latitude: float
    of: tuple[Place, ...]


@dataclass(frozen=True)
class Planned(Event):
    title: str
    seats: int
    share: float
    open: bool
    starts: datetime
    reason: str | None
    levels: tuple[str, ...]
    kind: Literal["gathering", "workshop"]
    place: Place
    region: str | None


@dataclass(frozen=True)
class Mapped(Event):
    points: tuple[Point, ...]
    near: Place | None


@dataclass(frozen=True)
class Left(Event):
    reason: str
    notes: dict[str, str]


PLACE = Place("v", "sealed", 3)
PLANNED = Planned("Barcodes", 12, 0.5, True, AT, None, ("basic",), "workshop", PLACE, "kediri")
MAPPED = Mapped((Point(-7.6, (PLACE,)),), None)


def told(row: Tells[Any], event: Event, stream: str = "plan-1") -> FactDraft | None:
    return Contract(row).tell(Recorded(1, 0, stream, 1, "event-1", event, AT, AT, Metadata("c")))


def data(row: Tells[Any], event: Event = PLANNED) -> Any:
    draft = told(row, event)
    assert draft is not None
    assert Contract(row).facts[row.fact].validate(dict(draft.data)) == {}
    return draft.data


def schema(row: Tells[Any]) -> Schema:
    return Contract(row).facts[row.fact]


def test_a_field_keeps_its_name_and_type_from_the_event() -> None:
    row = Tells(Planned, "planned", "plan", ("title", "seats", "share", "open", "starts", "reason", "levels", "kind"))
    assert data(row) == {
        "plan": "1", "title": "Barcodes", "seats": 12, "share": 0.5, "open": True, "starts": "2026-03-02T03:30:00Z",
        "reason": None, "levels": ["basic"], "kind": "workshop",
    }  # fmt: skip
    shape = schema(row).fields
    assert {name: type(field) for name, field in shape.items()} == {
        "plan": fields.String, "title": fields.String, "seats": fields.Integer, "share": fields.Float,
        "open": Truth, "starts": fields.AwareDateTime, "reason": fields.String, "levels": Tuple,
        "kind": fields.String,
    }  # fmt: skip
    assert all(field.required for field in shape.values())
    assert [name for name, field in shape.items() if field.allow_none] == ["reason"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("seats", "12"), ("starts", "2026-03-02T03:30:00"), ("kind", "lecture"), ("title", None), ("levels", [1])],
)
def test_the_schema_refuses_values_that_the_event_cannot_hold(name: str, wrong: object) -> None:
    row = Tells(Planned, "planned", fields=("title", "seats", "starts", "levels", "kind"))
    assert list(schema(row).validate({**data(row), name: wrong})) == [name]


def test_a_path_is_told_under_its_last_name_and_a_made_path_under_another() -> None:
    row = Tells(Planned, "planned", fields=("place.venue",), made={"most": "place.seats"})
    assert data(row) == {"venue": "v", "most": 3}
    assert schema(row).fields["most"].allow_none


def test_data_fields_are_ordered_id_fields_made() -> None:
    made: dict[str, Any] = {"count": (int, lambda event: len(event.levels)), "venue": "place.venue"}
    assert list(data(Tells(Planned, "planned", "plan", ("title",), made))) == ["plan", "title", "count", "venue"]
    placed = Tells(Planned, "planned", "plan", ("venue", "title", "plan"), made)
    assert list(data(placed)) == ["venue", "title", "plan", "count"]
    assert list(schema(placed).fields) == ["venue", "title", "plan", "count"]


def test_a_made_type_wins_over_the_events_own() -> None:
    shape = schema(Tells(Planned, "planned", fields=("reason",), made={"reason": (str, "reason")})).fields
    assert not shape["reason"].allow_none


def test_a_made_value_becomes_json_and_a_time_that_is_text_already_stays_so() -> None:
    made: dict[str, Any] = {
        "ends": (datetime, lambda event: event.starts + timedelta(hours=1)),
        "was": (datetime, lambda event: event.starts.isoformat()),
        "some": (tuple[str, ...] | None, lambda event: event.levels or None),
    }
    assert data(Tells(Planned, "planned", made=made)) == {
        "ends": "2026-03-02T04:30:00Z", "was": "2026-03-02T10:30:00+07:00", "some": ["basic"],
    }  # fmt: skip


def test_known_values_are_the_only_ones() -> None:
    known = {"title": ("Barcodes",), "reason": ("rain",), "levels": ("basic",)}
    row = Tells(Planned, "planned", fields=("title", "reason", "levels"), known=known)
    assert schema(row).validate(data(row)) == {}
    assert schema(row).validate({"title": "Cards", "reason": "snow", "levels": ["higher"]}) == {
        "title": ["Must be one of: Barcodes."],
        "reason": ["Must be one of: rain."],
        "levels": {0: ["Must be one of: basic."]},
    }


def test_dataclasses_within_are_told_whole_or_as_their_part_says() -> None:
    whole = Tells(Mapped, "mapped", fields=("points", "near"))
    place = {"venue": "v", "secret": "sealed", "seats": 3}
    assert data(whole, MAPPED) == {"points": [{"latitude": -7.6, "of": [place]}], "near": None}
    part = Part(Place, ("id",), {"id": "venue"}, {"id": ("v",)})
    parted = Tells(Mapped, "mapped", fields=("points", "near"), parts=(part,))
    assert data(parted, MAPPED) == {"points": [{"latitude": -7.6, "of": [{"id": "v"}]}], "near": None}
    assert data(parted, Mapped((), PLACE)) == {"points": [], "near": {"id": "v"}}
    assert schema(parted).validate({"points": [], "near": {"id": "w"}}) == {
        "near": {"id": ["Must be one of: v."]},
    }


def test_subject_and_region_default_to_the_streams_id_and_the_events_region() -> None:
    draft = told(Tells(Planned, "planned"), PLANNED)
    assert draft == FactDraft("event-1", "planned", "1", {}, region="kediri")
    draft = told(Tells(Planned, "planned", subject="title", region="place.venue"), PLANNED)
    assert draft == FactDraft("event-1", "planned", "Barcodes", {}, region="v")
    draft = told(Tells(Planned, "planned", subject=lambda event: event.kind, region=lambda _, plan: plan), PLANNED)
    assert draft == FactDraft("event-1", "planned", "workshop", {}, region="1")
    assert told(Tells(Mapped, "mapped"), MAPPED) == FactDraft("event-1", "mapped", "1", {}, region=None)


def test_nothing_is_told_if_the_condition_is_false() -> None:
    shut = Planned("Barcodes", 12, 0.5, False, AT, None, (), "workshop", PLACE, None)
    for row in (Tells(Planned, "p", when="open"), Tells(Planned, "p", when=lambda event: bool(event.levels))):
        assert told(row, PLANNED) is not None
        assert told(row, shut) is None


def test_every_event_is_registered_and_what_is_untold_tells_nothing() -> None:
    contract = Contract(Tells(Planned, "planned"), untold=(Left,))
    assert contract.registry.names() == {"Planned", "Left"}
    assert contract.tell(Recorded(1, 0, "p-1", 1, "e", Left("", {}), AT, AT, Metadata("c"))) is None
    assert set(contract.facts) == {"planned"}


def test_two_events_may_tell_one_fact_in_one_shape() -> None:
    row = Tells(Left, "moved", fields=("reason",))
    assert set(Contract(Tells(Planned, "moved", made={"reason": "title"}), row).facts) == {"moved"}
    with pytest.raises(ValueError, match="two rows give moved different schemas"):
        Contract(Tells(Planned, "moved", fields=("reason",)), row)


WRONG: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "unknown field": (lambda: Contract(Tells(Planned, "p", fields=("titel",))), ValueError, "Planned has no titel"),
    "unknown path": (lambda: Contract(Tells(Planned, "p", made={"x": "place.x"})), ValueError, "no place.x"),
    "path through null": (lambda: Contract(Tells(Mapped, "m", fields=("near.venue",))), ValueError, "no near.venue"),
    "unknown field of a part": (
        lambda: Contract(Tells(Planned, "p", fields=("place",), parts=(Part(Place, ("x",)),))),
        ValueError,
        "Place has no x",
    ),
    "type without a schema": (lambda: Contract(Tells(Left, "p", fields=("notes",))), TypeError, "p.notes: dict"),
    "known objects": (
        lambda: Contract(Tells(Planned, "p", fields=("place",), known={"place": (PLACE,)})),
        TypeError,
        "p.place: .* cannot be told as one of",
    ),
    "known in vain": (lambda: Contract(Tells(Planned, "p", known={"title": ("x",)})), ValueError, "p tells no title"),
    "part in vain": (lambda: Contract(Tells(Planned, "p", parts=(Part(Place),))), ValueError, "p tells no Place"),
    "name twice": (lambda: Contract(Tells(Planned, "p", fields=("seats", "place.seats"))), ValueError, "twice"),
    "id twice": (lambda: Contract(Tells(Planned, "p", "x", made={"x": "title"})), ValueError, "twice"),
    "condition": (lambda: Contract(Tells(Planned, "p", when="title")), TypeError, "Planned.title is .*, not bool"),
    "subject": (lambda: Contract(Tells(Planned, "p", subject="reason")), TypeError, "Planned.reason is .*, not str"),
    "region": (lambda: Contract(Tells(Planned, "p", region="seats")), TypeError, "Planned.seats is .*, not str"),
    "event twice": (lambda: Contract(Tells(Left, "p"), Tells(Left, "q")), ValueError, "two rows tell Left"),
    "told and untold": (lambda: Contract(Tells(Left, "p"), untold=(Left,)), ValueError, "both told and untold: Left"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_row_that_does_not_fit_is_an_error_when_it_is_written(case: str) -> None:
    build, error, says = WRONG[case]
    with pytest.raises(error, match=says):
        build()
