"""From a command to its outcome: load the stream, decide, append.

``decide`` and ``evolve`` are pure. Failures between two processes are handled in this module, once, for every aggregate
of every service.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from services.kernel.base.clock import Clock
from services.kernel.base.ids import new_id
from services.kernel.base.message import Command, Event, FactDraft, Metadata, Recorded
from services.kernel.base.pause import jittered
from services.kernel.base.problem import KeyReused, Problem, Refused, Stale, StillRunning, Unavailable, refusal_from
from services.kernel.log.log import (
    Append,
    Commit,
    CommitTooLarge,
    Conflict,
    Duplicate,
    EventLog,
    NewEvent,
    NotStored,
    Unknown,
)

State = TypeVar("State")
CONFLICT_SECONDS = 2.0
COMMAND_SECONDS = 5.0
"""The time for a whole command: its turn on the stream, the database, the append."""
REMEMBERED_STREAMS = 512


@dataclass(frozen=True)
class Decider(Generic[State]):
    """An aggregate.

    ``decide(command, state)`` returns the new events, an empty sequence if nothing changes, or raises
    ``problem.Refused`` with the name of the rule. ``evolve(state, event)`` returns the state after an event. ``name``
    is the first word of the aggregate's streams.
    """

    name: str
    initial: State
    decide: Callable[[Any, State], Sequence[Event]]
    evolve: Callable[[State, Any], State]

    def stream(self, identity: str) -> str:
        """The stream of one instance: ``seats-0190…``."""
        return f"{self.name}-{identity}"

    def fold(self, events: Sequence[Event]) -> State:
        """The state after a history of events."""
        state = self.initial
        for event in events:
            state = self.evolve(state, event)
        return state


@dataclass(frozen=True, slots=True)
class CommandEnvelope:
    """A command with the data under which its outcome is recorded.

    ``command_id`` is derived from caller, method, path and ``Idempotency-Key``, or from manager, instance, fact and the
    command's place; never random. ``request`` is the fingerprint that a repetition must match. ``expected`` is the
    version of ``If-Match``, None without this header. ``fresh`` says that the identity was made for this command: the
    stream is taken as empty without a read, and the append proves that the stream is empty. ``deadline`` is the machine
    time at which the caller gives up, None for ``COMMAND_SECONDS`` from now.
    """

    command: Command
    identity: str
    command_id: str
    meta: Metadata
    request: str = ""
    expected: int | None = None
    fresh: bool = False
    deadline: float | None = None


Answer = Callable[[Any, Sequence[Event]], Mapping[str, Any]]
Contract = Callable[[Recorded], FactDraft | None]


def _silent(_recorded: Recorded) -> FactDraft | None:
    return None


def _no_answer(_state: Any, _events: Sequence[Event]) -> Mapping[str, Any]:
    return {}


class Commands:
    """Handles the commands of one service. A service has one instance per process.

    ``contract`` words the fact that an event tells, or returns None; the contract sees this event alone.
    """

    def __init__(self, log: EventLog, clock: Clock, contract: Contract = _silent) -> None:
        self._log = log
        self._clock = clock
        self._contract = contract
        self._queues = StreamQueues()
        self._remembered = RecentStates()
        self._running: set[str] = set()
        self._guard = threading.Lock()

    def take(self, decider: Decider[Any], envelope: CommandEnvelope, answer: Answer = _no_answer) -> Commit:
        """Decide a command, or return the outcome that the command had before.

        ``answer(state, events)`` makes the values of the reply, which the commit keeps. Raises ``Refused`` (recorded),
        ``KeyReused``, ``StillRunning``, ``Stale``, ``Unavailable``, and any other error of ``decide``, unrecorded. Ends
        at the envelope's deadline, if necessary with an error of the database.
        """
        deadline = time.monotonic() + COMMAND_SECONDS if envelope.deadline is None else envelope.deadline
        with self._first(envelope.command_id), self._log.limited(deadline):
            try:
                with self._queues.turn(decider.stream(envelope.identity), deadline):
                    commit = self._decided(decider, envelope, answer, deadline)
            except Duplicate as duplicate:
                return self._outcome(duplicate.commit, envelope.request)
            except Unknown as error:
                raise Unavailable("the outcome is not known yet; repeat with the same key") from error
            except NotStored as error:
                raise Unavailable("nothing can be stored at the moment; repeat with the same key") from error
            except Problem:
                if time.monotonic() >= deadline:
                    raise
                # A recorded outcome meets its own command_id in the index. An outcome that is not recorded
                # (Stale, NotFound) must not replace an answer that the caller was given before.
                standing = self._log.outcome(envelope.command_id)
                if standing is None:
                    raise
                return self._outcome(standing, envelope.request)
        return self._raise_refusal(commit)

    def state(self, decider: Decider[State], identity: str) -> tuple[State, int]:
        """An instance's present state and version, read from the log."""
        history = self._log.stream(decider.stream(identity))
        return decider.fold([recorded.event for recorded in history]), len(history)

    def repeated(self, command_id: str, request: str) -> Commit | None:
        """The outcome that a command had before, None for a new command.

        Raises ``Refused`` as recorded, and ``KeyReused`` for another request under the same key.
        """
        standing = self._log.outcome(command_id)
        return standing and self._outcome(standing, request)

    def known(self, command_id: str) -> bool:
        """Whether a command has an outcome already."""
        return self._log.outcome(command_id) is not None

    def _decided(self, decider: Decider[Any], envelope: CommandEnvelope, answer: Answer, deadline: float) -> Commit:
        """Decide and append. Repeat while another process is faster, for at most ``CONFLICT_SECONDS``, and not beyond
        the deadline.

        A remembered state is only a guess. If the guess leads to events, the append checks the stream's version. If the
        guess leads to a refusal, an error or no events, the command is decided again on the state from the log.
        """
        patience = min(deadline, time.monotonic() + CONFLICT_SECONDS)
        stream = decider.stream(envelope.identity)
        guess = self._remembered.get(stream) or ((decider.initial, 0) if envelope.fresh else None)
        while True:
            state, version = guess or self.state(decider, envelope.identity)
            try:
                append, after = self._judge(decider, envelope, answer, state, version)
            except Problem:
                if guess is None:
                    raise
                guess = None
                continue
            if guess is not None and append.stream is None:
                guess = None
                continue
            try:
                commit = self._log.append(append, deadline)
            except Conflict as conflict:
                # Within this process commands for one stream queue, so another process was faster.
                self._remembered.forget(stream)
                guess = None
                if time.monotonic() >= patience:
                    raise Unavailable("others are changing this at the same time") from conflict
                time.sleep(jittered(0.05, low=0.1))
                continue
            except CommitTooLarge as error:
                if guess is not None:
                    guess = None
                    continue
                return self._log.append(_too_large(append, str(error)), deadline)
            if append.stream is not None:
                self._remembered.keep(stream, after, version + len(append.events))
            return commit

    def _judge(
        self, decider: Decider[Any], envelope: CommandEnvelope, answer: Answer, state: Any, version: int
    ) -> tuple[Append, Any]:
        """The outcome of a command on a state, and the state after the command."""
        if envelope.expected is not None and envelope.expected != version:
            raise Stale("read it again, then decide", version=version)
        base = Append(envelope.command_id, self._clock.now(), envelope.meta, envelope.request)
        try:
            events = tuple(NewEvent(new_id(), event) for event in decider.decide(envelope.command, state))
        except Refused as refused:
            return replace(base, refused=refused.rule, answer={"problem": refused.document()}), state
        after = state
        for new in events:
            after = decider.evolve(after, new.event)
        reply = dict(answer(after, [new.event for new in events])) | {"version": version + len(events)}
        if not events:
            return replace(base, answer=reply), state
        stream = decider.stream(envelope.identity)
        facts = self._told(stream, version, events, base)
        told = replace(base, answer=reply, stream=stream, expected=version, events=events, facts=facts)
        return told, after

    def _told(self, stream: str, version: int, events: Sequence[NewEvent], append: Append) -> tuple[FactDraft, ...]:
        drafts = (
            self._contract(
                Recorded(0, index, stream, version + 1 + index, new.id, new.event, append.at, append.at, append.meta)
            )
            for index, new in enumerate(events)
        )
        return tuple(draft for draft in drafts if draft is not None)

    def _outcome(self, standing: Commit, request: str) -> Commit:
        if standing.request != request:
            raise KeyReused("a key names one request; take a new key for another")
        return self._raise_refusal(standing)

    @staticmethod
    def _raise_refusal(commit: Commit) -> Commit:
        if commit.refused is not None:
            refusal = refusal_from(commit.answer["problem"])
            refusal.position = commit.position
            raise refusal
        return commit

    @contextmanager
    def _first(self, command_id: str) -> Iterator[None]:
        with self._guard:
            if command_id in self._running:
                raise StillRunning("ask again in a moment")
            self._running.add(command_id)
        try:
            yield
        finally:
            with self._guard:
                self._running.discard(command_id)


def _too_large(append: Append, why: str) -> Append:
    """The refusal of an outcome that does not fit into one commit: the command must be given in smaller parts."""
    refused = Refused("too-much-at-once", f"This changes too much in one step: {why}.")
    return replace(
        append,
        refused=refused.rule,
        answer={"problem": refused.document()},
        stream=None,
        expected=0,
        events=(),
        facts=(),
    )


class RecentStates:
    """The states of the streams to which this process appended last, at most ``REMEMBERED_STREAMS``."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, stream: str) -> tuple[Any, int] | None:
        """State and version after this process's last append, None for a forgotten stream."""
        with self._guard:
            return self._states.get(stream)

    def keep(self, stream: str, state: Any, version: int) -> None:
        """Remember a stream. The stream that was unused for the longest time is forgotten if the limit is passed."""
        with self._guard:
            self._states[stream] = (state, version)
            self._states.move_to_end(stream)
            if len(self._states) > REMEMBERED_STREAMS:
                self._states.popitem(last=False)

    def forget(self, stream: str) -> None:
        """Forget a stream whose remembered state was wrong."""
        with self._guard:
            self._states.pop(stream, None)


class StreamQueues:
    """One queue per stream, first come first served. A stream without waiting commands takes no memory."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._users: Counter[str] = Counter()

    @contextmanager
    def turn(self, stream: str, deadline: float) -> Iterator[None]:
        """Wait for a turn on a stream. Raises ``Unavailable`` if the turn does not come before ``deadline``, machine
        time.
        """
        with self._guard:
            lock = self._locks.setdefault(stream, threading.Lock())
            self._users[stream] += 1
        try:
            if not lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
                raise Unavailable("too many are waiting for this")
            try:
                if time.monotonic() >= deadline:
                    raise Unavailable("too many are waiting for this")
                yield
            finally:
                lock.release()
        finally:
            with self._guard:
                self._users[stream] -= 1
                if not self._users[stream]:
                    del self._users[stream], self._locks[stream]
