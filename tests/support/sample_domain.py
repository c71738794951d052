"""A small domain for the kernel's tests: a shelf that holds books, at most as many as it has room for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Command, Event, Fact, FactDraft, Metadata, Recorded
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX, Change, Remove, View, adding, increment
from services.kernel.log.log import Append, NewEvent
from services.kernel.log.registry import Registry

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class PutBook(Command):
    title: str
    room: int = 100


@dataclass(frozen=True)
class ClearShelf(Command):
    pass


@dataclass(frozen=True)
class BookPut(Event):
    title: str


@dataclass(frozen=True)
class ShelfFilled(Event):
    count: int


@dataclass(frozen=True)
class ShelfCleared(Event):
    pass


@dataclass(frozen=True)
class Shelf:
    titles: tuple[str, ...] = ()


def decide(command: Command, shelf: Shelf) -> Sequence[Event]:
    match command:
        case PutBook(title) if title in shelf.titles:
            return []
        case PutBook(_, room) if len(shelf.titles) >= room:
            raise Refused("shelf-is-full", "no room", room=room)
        case PutBook(title, room) if len(shelf.titles) == room - 1:
            return [BookPut(title), ShelfFilled(room)]
        case PutBook(title):
            return [BookPut(title)]
        case ClearShelf():
            return [ShelfCleared()]
    raise AssertionError(command)


def evolve(shelf: Shelf, event: Event) -> Shelf:
    match event:
        case BookPut(title):
            return replace(shelf, titles=(*shelf.titles, title))
        case ShelfCleared():
            return Shelf()
    return shelf


SHELF: Decider[Shelf] = Decider("shelf", Shelf(), decide, evolve)
REGISTRY = Registry()
REGISTRY.register(BookPut, ShelfFilled, ShelfCleared, DeadlinePassed)


def tell(recorded: Recorded) -> FactDraft | None:
    match recorded.event:
        case BookPut(title):
            return FactDraft(recorded.id, "book-put", recorded.stream_id, {"title": title})
        case ShelfCleared():
            return FactDraft(recorded.id, "shelf-cleared", recorded.stream_id, {})
    return None


def append(stream: str | None, expected: int, *titles: str, command_id: str = "", facts: bool = True) -> Append:
    """An append of so many books; a refusal where there is no stream."""
    key = command_id or derived_id(stream or "none", expected, *titles)
    events = tuple(NewEvent(derived_id(key, title, n), BookPut(title)) for n, title in enumerate(titles))
    drafts = tuple(
        FactDraft(new.id, "book-put", stream or "", {"title": title})
        for new, title in zip(events, titles, strict=True)
        if facts
    )
    return Append(key, AT, Metadata("c"), "request", {"ok": True}, None if stream else "rule", stream, expected,
                  events if stream else (), drafts if stream else ())  # fmt: skip


def fact(source: str, n: int, type: str = "book-put", subject: str = "s", epoch: str = "e", **data: Any) -> Fact:  # noqa: A002
    return Fact(source, epoch, n, derived_id(source, epoch, n), type, 1, subject, None, AT + timedelta(minutes=n),
                data or {"title": f"t{n}"}, "c")  # fmt: skip


def _shown(item: Recorded | Fact) -> Sequence[Change | Remove]:
    if isinstance(item, Fact):
        return [Change(item.subject, {"heard": increment("heard"), "titles": adding("titles", item.data["title"])})]
    match item.event:
        case BookPut(title):
            return [Change(item.stream_id, {"count": increment("count"), "last": title})]
        case ShelfFilled(count):
            return [Change(item.stream_id, {"full": True, "filled": increment("filled", count)})]
        case ShelfCleared():
            return [Remove(item.stream_id)]
    return []


SHELVES = View("shelves", 1, _shown, (COMMITS,), indexes=([("count", 1)],))
HEARD = View("heard", 1, _shown, (INBOX,))
BOTH = View("both", 1, _shown, (COMMITS, INBOX))


def _react(state: Mapping[str, Any], item: Any) -> Reaction:
    """Puts every book that is heard of on the own shelf too, and clears it when a deadline passes."""
    if isinstance(item, Recorded):
        return Reaction(state, [Dispatch(SHELF, item.event.instance, ClearShelf())])  # type: ignore[attr-defined]
    seen = [*state.get("seen", []), item.data["title"]]
    return Reaction(
        {"seen": seen},
        [Dispatch(SHELF, item.subject, PutBook(item.data["title"]))],
        {"clear": item.at + timedelta(days=1)},
    )


COPYING = ProcessManager(
    "copying",
    lambda item: [item.subject] if isinstance(item, Fact) else [],
    _react,
    (INBOX, COMMITS),
)
