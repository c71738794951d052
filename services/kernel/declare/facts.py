"""The facts that a service tells: one row for each event that becomes a fact.

    CONTRACT = Contract(
        Tells(poll.PollAgreed, "poll-agreed", "poll", ("starts", "ends")),
        Tells(lecture.LectureOpened, "lecture-opened", "activity", ("chat.group",)),
        untold=(poll.VoteCast,),
    )

The rows give the schema of each fact, ``tell`` (event → fact) and the registry of the service's events. A row that does
not fit its event is an error when the module is imported.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from marshmallow import Schema
from marshmallow.validate import OneOf

from services.kernel.base.message import Event, FactDraft, Recorded
from services.kernel.base.times import moment
from services.kernel.declare.plain import Form
from services.kernel.declare.schema import schema_of
from services.kernel.log.registry import Registry

E = TypeVar("E", bound=Event)
T = TypeVar("T")
Path = str
"""The way from an event to one of its values: ``title``, ``chat.group``."""
Made = Path | tuple[Any, Path | Callable[[T], Any]]
"""The source of a value: a path, or a type with a path or a function."""
Plain = Callable[[Any], Any]
"""Makes a JSON value from an event's value."""

_SCALARS = (str, int, float, bool, datetime)


@dataclass(frozen=True)
class Part(Generic[T]):
    """How a dataclass within an event is told, if some of its fields are left out, renamed or computed.

    ``fields``, ``made`` and ``known`` mean the same as in ``Tells``. A dataclass without a part is told with all its
    fields.
    """

    of: type[T]
    fields: tuple[str, ...] = ()
    made: Mapping[str, Made[T]] = dataclasses.field(default_factory=dict)
    known: Mapping[str, Iterable[Any]] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Tells(Generic[E]):
    """One row: ``event`` is told as ``fact``.

    The data of the fact:

    - ``id_as``: the name of the field with the id of the event's stream; None for no such field.
    - ``fields``: paths into the event, in the order of the data. Each path is told under its last name (``chat.group``
      as ``group``). A name from ``id_as`` or ``made`` may stand here to set its place; otherwise ``id_as`` comes first and
      ``made`` last.
    - ``made``: fields with another name or another type than in the event, and computed fields. The value is a path (the
      type follows from the event), or a type with a path or a function of the event. A function may return a time as text.
    - ``known``: the only values that a field may have.
    - ``parts``: how dataclasses within the event are told.

    The other properties of the fact:

    - ``when``: a path to a bool, or a function of the event; nothing is told if the value is false.
    - ``subject``: a path, or a function of the event; None for the id of the event's stream.
    - ``region``: a path, or a function of the event and the id of its stream; None for the event's ``region``, and for
      no region if the event has no such field.

    Types that can be told: ``str``, ``int``, ``float``, ``bool``, ``datetime`` (as ``times.moment`` writes it),
    ``Literal`` of texts, ``X | None``, ``tuple[X, ...]`` (a list) and dataclasses (objects).
    """

    event: type[E]
    fact: str
    id_as: str | None = None
    fields: tuple[str, ...] = ()
    made: Mapping[str, Made[E]] = dataclasses.field(default_factory=dict)
    known: Mapping[str, Iterable[Any]] = dataclasses.field(default_factory=dict)
    parts: tuple[Part[Any], ...] = ()
    when: Path | Callable[[E], bool] | None = None
    subject: Path | Callable[[E], str] | None = None
    region: Path | Callable[[E, str], str | None] | None = None


class Contract:
    """All facts of one service (``facts``: type → schema of the data), and the registry of all its events: the events
    of the rows and the ``untold`` events.

    Raises ``ValueError`` for a field that the event does not have, a name told twice in a fact, ``known`` or ``parts``
    without a told field, an event with two rows or both told and untold, and two rows that give one fact different
    schemas. Raises ``TypeError`` for a type that cannot be told, a condition that is no bool, a subject or region that
    is no text.
    """

    def __init__(self, *rows: Tells[Any], untold: Iterable[type[Event]] = ()) -> None:
        self._tellers: dict[type[Event], _Teller] = {}
        first: dict[str, _Teller] = {}
        for row in rows:
            if row.event in self._tellers:
                raise ValueError(f"two rows tell {row.event.__name__}")
            teller = self._tellers[row.event] = _Teller(row)
            if first.setdefault(row.fact, teller).shape != teller.shape:
                raise ValueError(f"two rows give {row.fact} different schemas")
        silent = tuple(untold)
        if both := [event.__name__ for event in silent if event in self._tellers]:
            raise ValueError(f"both told and untold: {', '.join(both)}")
        self.registry = Registry()
        self.registry.register(*self._tellers, *silent)
        self.facts: Mapping[str, Schema] = {fact: teller.schema for fact, teller in first.items()}

    def tell(self, recorded: Recorded) -> FactDraft | None:
        """The fact that an event tells, made from this event alone; None for an untold event."""
        teller = self._tellers.get(type(recorded.event))
        return teller.told(recorded) if teller else None


class _Teller:
    """A row with resolved paths and types."""

    def __init__(self, row: Tells[Any]) -> None:
        shapes = _Shapes(row.parts)
        self._data = shapes.made(row.fact, row.event, row)
        self.shape = (self._data.types, row.parts)
        if idle := sorted(of.__name__ for of in set(shapes.parts) - shapes.used):
            raise ValueError(f"{row.fact} tells no {', '.join(idle)}")
        self._fact = row.fact
        self._when = _reader(row.event, row.when, bool) if row.when else None
        self._subject = _reader(row.event, row.subject, str) if row.subject else None
        self._region = _region(row)

    @property
    def schema(self) -> Schema:
        """The schema of the fact's data."""
        return schema_of(self._data.shape, "answer")()

    def told(self, recorded: Recorded) -> FactDraft | None:
        event, identity = recorded.event, recorded.stream_id
        if self._when and not self._when(event):
            return None
        subject = self._subject(event) if self._subject else identity
        data = _TOLD.write(self._data.of(event, identity))
        return FactDraft(recorded.id, self._fact, subject, data, region=self._region(event, identity))


@dataclass(frozen=True)
class _Made:
    """The dataclass of a fact's data or of a part, made of the fields that are told, and what reads each of an event."""

    shape: type
    types: Mapping[str, tuple[Any, tuple[Any, ...]]]
    values: Mapping[str, Callable[[Any], Any]]
    id_as: str | None

    def of(self, source: Any, identity: str = "") -> Any:
        """The data of ``source``, an event or a part; ``identity`` is the id of the event's stream."""
        return self.shape(
            **{name: identity if name == self.id_as else self.values[name](source) for name in self.types}
        )


class _Shapes:
    """Makes the dataclasses of one row: the fact's data, and its parts."""

    def __init__(self, parts: Iterable[Part[Any]]) -> None:
        self.parts = {part.of: part for part in parts}
        self.used: set[type] = set()

    def made(self, title: str, owner: type, said: Tells[Any] | Part[Any]) -> _Made:
        """The dataclass ``title`` of what is told of the class ``owner``. Raises ``ValueError`` and ``TypeError``."""
        id_as = said.id_as if isinstance(said, Tells) else None
        listed: dict[str, Any] = {path.rpartition(".")[2]: path for path in said.fields}
        if len(listed) < len(said.fields) or id_as in said.made:
            raise ValueError(f"{title} tells a name twice")
        first = {} if id_as is None or id_as in listed else {id_as: id_as}
        types: dict[str, tuple[Any, tuple[Any, ...]]] = {}
        hints: dict[str, Any] = {}
        values: dict[str, Callable[[Any], Any]] = {}
        for name, how in {**first, **listed, **said.made}.items():
            source: Any = (str, _as_is) if name == id_as else how
            annotation, source = (_annotation(owner, source), source) if isinstance(source, str) else source
            types[name] = annotation, tuple(said.known.get(name, ()))
            hints[name], plain = self.told(f"{title}.{name}", *types[name])
            values[name] = partial(_plain, _reader(owner, source), plain)
        if idle := sorted(set(said.known) - set(types)):
            raise ValueError(f"{title} tells no {', '.join(idle)}")
        shape = dataclasses.make_dataclass(
            title.title().replace("-", "") if "-" in title else title, hints.items(), frozen=True
        )
        return _Made(shape, types, values, id_as)

    def told(self, where: str, annotation: Any, known: tuple[Any, ...] = ()) -> tuple[Any, Plain]:
        """The annotation in the fact's dataclass, and what makes the value of the event's. Raises ``TypeError``."""
        origin, inner = get_origin(annotation), get_args(annotation)
        if origin in (Union, UnionType) and len(inner) == 2 and NoneType in inner:
            (there,) = (each for each in inner if each is not NoneType)
            hint, plain = self.told(where, there, known)
            return hint | None, lambda value: None if value is None else plain(value)
        if origin is tuple and inner[1:] == (...,):
            hint, plain = self.told(where, inner[0], known)
            return tuple[hint, ...], lambda value: tuple(plain(each) for each in value)  # type: ignore[valid-type]
        if origin is Literal or annotation in _SCALARS:
            return Annotated[annotation, OneOf(known)] if known else annotation, _as_is
        if dataclasses.is_dataclass(annotation) and isinstance(annotation, type) and not known:
            part = self.parts.get(annotation) or Part(annotation, tuple(_fields(annotation)))
            self.used.add(annotation)
            made = self.made(annotation.__name__, annotation, part)
            return made.shape, made.of
        raise TypeError(f"{where}: {annotation} cannot be told" + (f" as one of {known}" if known else ""))


def _region(row: Tells[Any]) -> Callable[[Any, str], str | None]:
    if callable(row.region):
        return row.region
    if row.region is None and "region" not in _fields(row.event):
        return lambda _event, _identity: None
    read = _reader(row.event, row.region or "region", str, str | None)
    return lambda event, _identity: read(event)


def _reader(owner: type, source: Path | Callable[[Any], Any], *allowed: Any) -> Callable[[Any], Any]:
    """The function that reads ``source`` from an event. A path must exist, and its type must be one of ``allowed`` if
    given.
    """
    if callable(source):
        return source
    annotation = _annotation(owner, source)
    if allowed and annotation not in allowed:
        raise TypeError(f"{owner.__name__}.{source} is {annotation}, not {allowed[0].__name__}")
    return attrgetter(source)


def _annotation(owner: type, path: Path) -> Any:
    """The type at the end of a path. Raises ``ValueError`` for a path that does not exist."""
    found: Any = owner
    for name in path.split("."):
        known = _fields(found) if dataclasses.is_dataclass(found) else {}
        if name not in known:
            raise ValueError(f"{owner.__name__} has no {path}")
        found = known[name]
    return found


def _fields(owner: Any) -> Mapping[str, Any]:
    """A dataclass's fields and their types."""
    hints = get_type_hints(owner)
    return {each.name: hints[each.name] for each in dataclasses.fields(owner)}


def _plain(read: Callable[[Any], Any], plain: Plain, source: Any) -> Any:
    return plain(read(source))


def _as_is(value: Any) -> Any:
    return value


_TOLD = Form(lambda at: at if isinstance(at, str) else moment(at))
"""Writes a fact's data. A time may have been written already by the row's own function."""
