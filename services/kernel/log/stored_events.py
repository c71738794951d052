"""Events as a commit stores them (name, version, data), and the way back into their classes."""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.log.log import Append, Commit, Stored
from services.kernel.log.registry import Registry


def stored_events(registry: Registry, append: Append) -> tuple[Stored, ...]:
    """The append's events as stored, with contiguous versions after ``expected``."""
    stored = []
    for index, new in enumerate(append.events):
        name, schema, data = registry.dump(new.event)
        stored.append(Stored(index, append.expected + 1 + index, new.id, name, schema, data))
    return tuple(stored)


def recorded_events(registry: Registry, commit: Commit) -> list[Recorded]:
    """The commit's events in today's classes. Raises ``Unreadable`` for the first unreadable event."""
    return [recorded_event(registry, commit, stored) for stored in commit.events]


def recorded_event(registry: Registry, commit: Commit, stored: Stored) -> Recorded:
    """One event of a commit in today's class. Raises ``Unreadable``."""
    return Recorded(
        position=commit.position,
        index=stored.index,
        stream=commit.stream or "",
        version=stored.version,
        id=stored.id,
        event=registry.load(stored.type, stored.schema, stored.data),
        at=commit.at,
        recorded=commit.recorded,
        meta=commit.meta,
    )
