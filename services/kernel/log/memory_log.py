"""The log in memory: the reference for the interface, and the log of the unit tests."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from services.kernel.base.message import Fact, Recorded
from services.kernel.log.log import (
    MAXIMUM_COMMIT_BYTES,
    MAXIMUM_COMMIT_EVENTS,
    Append,
    Commit,
    CommitTooLarge,
    Conflict,
    Duplicate,
)
from services.kernel.log.registry import Registry
from services.kernel.log.stored_events import recorded_events, stored_events


class MemoryLog:
    """Keeps commits in a list, until the process ends. Safe for threads."""

    def __init__(self, source: str, registry: Registry, epoch: str = "memory") -> None:
        self.source = source
        self.epoch = epoch
        self._registry = registry
        self._commits: list[Commit] = []
        self._lock = threading.Lock()

    def limited(self, deadline: float) -> AbstractContextManager[None]:  # noqa: ARG002 - memory answers at once
        return nullcontext()

    def append(self, append: Append, deadline: float | None = None) -> Commit:  # noqa: ARG002 - as above
        with self._lock:
            for standing in self._commits:
                if standing.command_id == append.command_id:
                    if append.events and [event.id for event in standing.events] == [new.id for new in append.events]:
                        return standing  # the same append, sent again
                    raise Duplicate(standing)
            if len(append.events) > MAXIMUM_COMMIT_EVENTS:
                raise CommitTooLarge(f"{len(append.events)} events; at most {MAXIMUM_COMMIT_EVENTS}")
            if sum(len(str(new.event)) for new in append.events) > MAXIMUM_COMMIT_BYTES:
                raise CommitTooLarge(f"at most {MAXIMUM_COMMIT_BYTES} bytes")
            if append.stream is not None and self._version(append.stream) != append.expected:
                raise Conflict(append.stream)
            commit = self._commit(append)
            self._commits.append(commit)
            return commit

    def outcome(self, command_id: str) -> Commit | None:
        return next((commit for commit in self._commits if commit.command_id == command_id), None)

    def stream(self, stream: str) -> Sequence[Recorded]:
        return [event for commit in self._commits if commit.stream == stream for event in self.recorded(commit)]

    def read(self, after: int, limit: int = 256) -> Sequence[Commit]:
        return self._commits[after : after + limit]

    def head(self) -> int:
        return len(self._commits)

    def facts(self, after: int, limit: int = 256) -> Sequence[Fact]:
        told = [fact for commit in self._commits for fact in commit.facts if fact.n > after]
        return told[:limit]

    def last_fact(self) -> int:
        return self._commits[-1].last_fact if self._commits else 0

    def recorded(self, commit: Commit) -> Sequence[Recorded]:
        return recorded_events(self._registry, commit)

    def _version(self, stream: str) -> int:
        return max((commit.version for commit in self._commits if commit.stream == stream), default=0)

    def _commit(self, append: Append) -> Commit:
        first_fact = self.last_fact() + 1
        return Commit(
            position=len(self._commits) + 1,
            command_id=append.command_id,
            at=append.at,
            recorded=datetime.now(UTC),
            meta=append.meta,
            request=append.request,
            answer=append.answer,
            refused=append.refused,
            stream=append.stream,
            version=append.expected + len(append.events) if append.stream else 0,
            events=stored_events(self._registry, append),
            facts=numbered_facts(self.source, self.epoch, append, first_fact),
            last_fact=first_fact + len(append.facts) - 1,
        )


def numbered_facts(source: str, epoch: str, append: Append, first: int) -> tuple[Fact, ...]:
    """The append's facts, with the numbers from ``first`` on."""
    return tuple(
        Fact(
            source=source,
            epoch=epoch,
            n=first + offset,
            id=draft.event,
            type=draft.type,
            version=draft.version,
            subject=draft.subject,
            region=draft.region,
            at=append.at,
            data=draft.data,
            correlation=append.meta.correlation,
        )
        for offset, draft in enumerate(append.facts)
    )
