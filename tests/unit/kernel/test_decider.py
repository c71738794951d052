"""One command, one outcome; and what happens when another process is faster."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Command, Event, Metadata
from services.kernel.base.problem import KeyReused, NotFound, Refused, Stale, StillRunning, Unavailable
from services.kernel.commands import decider as deciders
from services.kernel.commands.decider import CommandEnvelope, Commands, Decider, StreamQueues
from services.kernel.log.log import Append, Commit, Conflict
from services.kernel.log.memory_log import MemoryLog
from services.kernel.testing import given
from tests.support.sample_domain import (
    AT,
    REGISTRY,
    SHELF,
    BookPut,
    ClearShelf,
    PutBook,
    Shelf,
    ShelfCleared,
    ShelfFilled,
    tell,
)


class Desk:
    """Commands over a log in memory."""

    def __init__(self, log: MemoryLog | None = None) -> None:
        self.log = log or MemoryLog("shelves", REGISTRY)
        self.commands = Commands(self.log, FixedClock(AT), tell)

    def take(
        self, command: Command, key: str, request: str = "", expected: int | None = None, decider: Decider[Any] = SHELF
    ) -> Commit:
        order = CommandEnvelope(command, "a", key, Metadata("c"), request, expected)
        return self.commands.take(decider, order, lambda shelf, _events: {"count": len(shelf.titles)})

    def elsewhere(self) -> "Desk":
        """Another process on the same log."""
        return Desk(self.log)


def test_the_decider_reads_as_given_when_then() -> None:
    given(SHELF).when(PutBook("x")).then(BookPut("x"))
    given(SHELF, BookPut("x")).when(PutBook("x")).then()
    given(SHELF, BookPut("x")).when(PutBook("y", room=2)).then(BookPut("y"), ShelfFilled(2))
    given(SHELF, BookPut("x")).when(PutBook("y", room=1)).refused("shelf-is-full")
    given(SHELF, BookPut("x"), ShelfCleared()).when(PutBook("y", room=1)).then(BookPut("y"), ShelfFilled(1))


def test_the_same_key_gets_the_same_answer_and_nothing_more_in_the_log() -> None:
    desk = Desk()
    first = desk.take(PutBook("x"), "k")
    assert desk.take(PutBook("x"), "k") == first
    assert desk.log.head() == 1


def test_a_repeated_refused_command_stays_refused_after_the_rule_changed() -> None:
    desk = Desk()
    desk.take(PutBook("x"), "k1")
    with pytest.raises(Refused):
        desk.take(PutBook("y", room=1), "k2")
    desk.take(ClearShelf(), "k3")
    with pytest.raises(Refused) as again:
        desk.take(PutBook("y", room=1), "k2")
    assert (again.value.rule, again.value.position) == ("shelf-is-full", 2)
    assert again.value.document()["room"] == 1


def test_a_repeated_accepted_command_stays_accepted_after_the_rule_changed() -> None:
    desk = Desk()
    first = desk.take(PutBook("x", room=1), "k1")
    assert desk.take(PutBook("x", room=1), "k1") == first


def test_a_command_without_events_is_recorded_without_a_stream_and_returns_the_present_version() -> None:
    desk = Desk()
    desk.take(PutBook("x"), "k1")
    commit = desk.take(PutBook("x"), "k2")
    assert (commit.stream, commit.events, commit.answer) == (None, (), {"count": 1, "version": 1})


def test_another_request_under_the_same_key_is_refused_whatever_became_of_the_first() -> None:
    desk = Desk()
    desk.take(PutBook("x"), "k", request="one")
    with pytest.raises(KeyReused):
        desk.take(PutBook("y"), "k", request="two")


def test_a_stale_version_is_refused_and_leaves_the_key_free() -> None:
    desk = Desk()
    desk.take(PutBook("x"), "k1")
    with pytest.raises(Stale):
        desk.take(PutBook("y"), "k2", expected=0)
    assert desk.take(PutBook("y"), "k2", expected=1).version == 2


def test_a_repeated_request_with_its_original_if_match_is_not_stale() -> None:
    desk = Desk()
    first = desk.take(PutBook("x"), "k", expected=0)
    assert desk.take(PutBook("x"), "k", expected=0) == first
    assert desk.elsewhere().take(PutBook("x"), "k", expected=0) == first


def test_an_error_of_decide_that_is_no_refusal_is_not_recorded() -> None:
    def absent(_command: Command, _state: Shelf) -> Sequence[Event]:
        raise NotFound

    desk = Desk()
    with pytest.raises(NotFound):
        desk.take(PutBook("x"), "k", decider=Decider("shelf", Shelf(), absent, SHELF.evolve))
    assert desk.log.head() == 0


def test_a_refusal_is_decided_on_the_stored_state_if_the_remembered_state_is_stale() -> None:
    here = Desk()
    here.take(PutBook("x", room=1), "k1")
    there = here.elsewhere()
    there.take(ClearShelf(), "k2")
    assert here.take(PutBook("y", room=1), "k3").version == 5  # put, filled, cleared there, put and filled here


def test_a_command_without_events_is_decided_on_the_stored_state_if_the_remembered_state_is_stale() -> None:
    here = Desk()
    here.take(PutBook("x"), "k1")
    here.elsewhere().take(ClearShelf(), "k2")
    assert here.take(PutBook("x"), "k3").events[0].type == "BookPut"


def test_an_if_match_is_judged_on_the_stored_version_if_the_remembered_version_is_stale() -> None:
    here = Desk()
    here.take(PutBook("x"), "k1")
    here.elsewhere().take(PutBook("y"), "k2")
    assert here.take(PutBook("z"), "k3", expected=2).answer["version"] == 3


def test_a_conflict_with_another_process_is_decided_again_on_the_stored_events() -> None:
    class Faster(MemoryLog):
        """Another process slips in before the first append."""

        slipped = False

        def append(self, append: Append, deadline: float | None = None) -> Commit:
            if not self.slipped and append.stream:
                self.slipped = True
                Desk(self).take(PutBook("theirs"), "other")
            return super().append(append, deadline)

    desk = Desk(Faster("shelves", REGISTRY))
    with pytest.raises(Refused):
        desk.take(PutBook("ours", room=1), "k")
    assert [commit.refused for commit in desk.log.read(0)] == [None, "shelf-is-full"]


def test_a_command_whose_stream_never_rests_is_given_up_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Restless(MemoryLog):
        """Another process is always faster."""

        tries = 0

        def append(self, append: Append, deadline: float | None = None) -> Commit:  # noqa: ARG002 - the protocol's name
            self.tries += 1
            assert self.tries < 200, "it is tried for ever"
            raise Conflict(append.stream)

    monkeypatch.setattr(deciders, "CONFLICT_SECONDS", 0.1)
    desk = Desk(Restless("shelves", REGISTRY))
    with pytest.raises(Unavailable):
        desk.take(PutBook("x"), "k")


def test_a_fresh_command_on_a_used_stream_is_decided_on_the_stored_events() -> None:
    desk = Desk()
    desk.take(PutBook("x", room=1), "k1")
    elsewhere = desk.elsewhere()
    for key, command in (("k2", PutBook("y", room=1)), ("k3", PutBook("x"))):
        order = CommandEnvelope(command, "a", key, Metadata("c"), fresh=True)
        if key == "k2":
            with pytest.raises(Refused):
                elsewhere.commands.take(SHELF, order)
        else:
            assert elsewhere.commands.take(SHELF, order).events == ()
    assert [commit.refused for commit in desk.log.read(0)] == [None, "shelf-is-full", None]


def test_the_same_key_is_still_running_while_the_first_request_runs() -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(command: Command, state: Shelf) -> Sequence[Event]:
        entered.set()
        assert leave.wait(60)
        return SHELF.decide(command, state)

    desk = Desk()
    decider = Decider("shelf", Shelf(), slow, SHELF.evolve)
    thread = threading.Thread(target=desk.take, args=(PutBook("x"), "k"), kwargs={"decider": decider})
    thread.start()
    assert entered.wait(60)
    with pytest.raises(StillRunning) as running:
        desk.take(PutBook("x"), "k")
    assert running.value.headers() == {"Retry-After": "1"}
    leave.set()
    thread.join(60)
    assert desk.take(PutBook("x"), "k").position == 1


def test_a_fact_is_told_from_its_event_alone_and_stored_with_it() -> None:
    desk = Desk()
    commit = desk.take(PutBook("x", room=1), "k")
    assert [(fact.n, fact.type, fact.id, fact.data) for fact in commit.facts] == [
        (1, "book-put", commit.events[0].id, {"title": "x"})
    ]
    assert commit.last_fact == 1


def test_a_command_waits_for_its_turn_on_a_stream_and_not_for_ever() -> None:
    queues, begun = StreamQueues(), time.monotonic()
    with queues.turn("a", begun + 60), pytest.raises(Unavailable), queues.turn("a", begun + 0.2):
        raise AssertionError("two commands have a turn on one stream")
    assert time.monotonic() - begun < 8


def test_a_stream_without_waiting_commands_takes_no_memory() -> None:
    queues, later = StreamQueues(), time.monotonic() + 60
    with queues.turn("a", later), queues.turn("b", later):
        assert set(queues._locks) == {"a", "b"}
    assert queues._locks == {}


@dataclass(frozen=True)
class FillShelf(Command):
    count: int
    length: int = 1


FILLED: Decider[Shelf] = Decider(
    "shelf", Shelf(), lambda order, _shelf: [BookPut("x" * order.length)] * order.count, SHELF.evolve
)


@pytest.mark.parametrize("order", [FillShelf(1000), FillShelf(10, 200_000)])
def test_what_does_not_fit_into_a_commit_is_refused_by_a_rule_and_stays_refused(order: FillShelf) -> None:
    desk = Desk()
    desk.take(PutBook("x"), "before")  # the stream's state is remembered
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            desk.take(order, "k", decider=FILLED)
        assert (refused.value.rule, refused.value.status) == ("too-much-at-once", 422)
    assert [(commit.refused, len(commit.events)) for commit in desk.log.read(0)] == [(None, 1), ("too-much-at-once", 0)]
