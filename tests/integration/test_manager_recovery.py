"""What a manager's readers find after a crash, an upgrade, a repair or a restore of a source."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.kernel.base.message import Fact
from services.kernel.bus.envelope import envelope
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.log.registry import Unreadable
from services.kernel.managers.manager_reader import ManagerReader
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import LostCheckpoint
from tests.support.manager_harness import ManagerHarness, manager_harness
from tests.support.sample_domain import COPYING, SHELF, PutBook, fact

__all__ = ["manager_harness"]

ALONE = replace(COPYING, logs=("inbox",))


def killed_at(target: Any, operation: str, reader: ManagerReader) -> None:
    """Step a reader that is killed at an operation of ``target``."""

    def killed(*_: Any, **__: Any) -> None:
        raise AutoReconnect("killed here")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target, operation, killed)
        with pytest.raises(AutoReconnect):
            reader.step(1)


def to_the_shelves(*titles: tuple[str, str]) -> ProcessManager:
    """A manager that puts books on shelves: (shelf, title)."""
    commands = [Dispatch(SHELF, shelf, PutBook(title)) for shelf, title in titles]
    return replace(ALONE, react=lambda state, _fact: Reaction({**state, "heard": True}, commands))


def put(harness: ManagerHarness) -> list[tuple[str, str]]:
    return [
        (recorded.stream_id, recorded.event.title)  # type: ignore[attr-defined]
        for commit in harness.log.read(0)
        for recorded in harness.log.recorded(commit)
        if type(recorded.event).__name__ == "BookPut"
    ]


def test_commands_that_are_still_to_be_given_are_found_although_the_checkpoint_lies_behind_them(
    manager_harness: ManagerHarness,
) -> None:
    """A restored backup may hold a checkpoint that is newer than the instances."""
    manager_harness.hear(1)
    reader = manager_harness.reader(ALONE)
    killed_at(manager_harness.commands, "take", reader)
    manager_harness.database["checkpoints"].replace_one({"_id": "copying"}, {"position": 1, "lease": 1}, upsert=True)
    assert manager_harness.titles() == ()
    manager_harness.reader(ALONE).step(1)
    assert manager_harness.titles() == ("t1",)


def test_a_release_that_lists_the_commands_in_another_order_repeats_none(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager_harness.hear(1)
    before = manager_harness.reader(to_the_shelves(("a", "one"), ("b", "two"), ("a", "three")))
    killed_at(before._instances, "given", before)
    after = manager_harness.reader(to_the_shelves(("c", "four"), ("b", "two, told anew"), ("a", "one"), ("a", "three")))
    after.step(1)
    assert put(manager_harness) == [("a", "one"), ("b", "two"), ("a", "three"), ("c", "four")]


def test_the_instances_of_one_fact_give_their_commands_in_the_managers_order_also_after_a_crash(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def instances(told: Any) -> list[str]:
        return ["z", "a", "m"] if isinstance(told, Fact) else []

    seen: list[str] = []

    def react(state: Any, told: Any) -> Reaction:
        return Reaction({"n": told.n}, [Dispatch(SHELF, "s", PutBook(f"{told.n}"))])

    many = replace(ALONE, instances=instances, react=react)
    manager_harness.hear(1, 2)
    killed_at(manager_harness.commands, "take", manager_harness.reader(many))
    reader = manager_harness.reader(many)
    give = reader._reactions._dispatcher.give

    def noted(instance: str, told: Any, commands: Sequence[Dispatch]) -> None:
        seen.append(f"{told.n}{instance}")
        give(instance, told, commands)

    monkeypatch.setattr(reader._reactions._dispatcher, "give", noted)
    reader.step(1)
    assert seen == ["1z", "1a", "1m", "2z", "2a", "2m"]


def test_a_paused_process_does_not_remove_what_another_has_still_to_give(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process pauses behind its commands; another goes on and is killed behind its own write; the first wakes."""
    manager_harness.hear(1)
    paused, other = manager_harness.reader(ALONE), manager_harness.reader(ALONE)
    given = paused._instances.given

    def wakes_late(pendings: Any) -> None:
        waiting = list(pendings)
        other.step(1)
        manager_harness.hear(2)
        killed_at(manager_harness.commands, "take", other)
        given(waiting)

    monkeypatch.setattr(paused._instances, "given", wakes_late)
    with pytest.raises(LostCheckpoint):  # the checkpoint is another's by now
        paused.step(1)
    document = manager_harness.database["manager_copying"].find_one({"_id": "s"}) or {}
    assert [each["position"] for each in document["pending"]["facts"]] == [2]
    manager_harness.reader(ALONE).step(1)
    assert manager_harness.titles() == ("t1", "t2")


def test_a_fact_that_was_taken_late_is_not_taken_twice_by_a_retry_that_was_killed(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {"on": True}

    def instances(told: Any) -> list[str]:
        if broken["on"] and told.n == 1:
            raise ValueError("which instances?")
        return ["x", "y"]

    picky = replace(ALONE, instances=instances)
    for n, subject in enumerate(["one", "two"], 1):
        told = fact("others", n, subject=subject, title=f"t{n}")
        manager_harness.inbox.admit("others", [envelope(told, "x")])
    reader = manager_harness.reader(picky)
    reader.step(1)
    broken["on"] = False
    manager_harness.parking.mark("copying")
    killed_at(Parking, "done", reader)
    reader.step(1)
    states = {each["_id"]: each["state"]["seen"] for each in manager_harness.database["manager_copying"].find()}
    assert states == {"x": ["t2", "t1"], "y": ["t2", "t1"]}
    assert manager_harness.parking.count() == 0
    assert all(
        each["at"] == {"inbox": 2000} and each["late"] == {"inbox": []}
        for each in manager_harness.database["manager_copying"].find()
    )


def test_an_instance_that_an_earlier_release_stored_is_read_and_its_recorded_deadline_passes_once(
    manager_harness: ManagerHarness,
) -> None:
    due = fact("others", 1).at
    manager_harness.database["manager_copying"].insert_one(
        {"_id": "s", "state": {"seen": ["t0"]}, "at": {"inbox": 0}, "revision": 4, "due": due}
        | {"deadlines": [{"name": "clear", "due": due}]}
    )
    manager_harness.clock.advance(timedelta(days=1))
    assert manager_harness.deadlines().step(1) == 1
    assert (manager_harness.deadlines().step(1), manager_harness.deadlines().lag()) == (0, 0)
    manager_harness.hear(1)
    manager_harness.reader().step(1)
    document = manager_harness.database["manager_copying"].find_one({"_id": "s"}) or {}
    assert document["state"]["seen"] == ["t0", "t1"]


def test_what_an_older_release_could_not_read_is_taken_by_the_first_release_that_can(
    manager_harness: ManagerHarness,
) -> None:
    newer = {"release": False}

    def instances(told: Any) -> list[str]:
        if told.n == 1 and not newer["release"]:
            raise Unreadable("BookPut v2 is newer than v1, which is known here")
        return [told.subject]

    reading = replace(ALONE, instances=instances)
    manager_harness.hear(1, 2)
    manager_harness.reader(reading).step(1)
    manager_harness.reader(reading).step(2)
    assert (manager_harness.titles(), manager_harness.parking.count()) == ((), 2)
    newer["release"] = True
    manager_harness.reader(reading).step(3)
    assert (manager_harness.titles(), manager_harness.parking.count()) == (("t1", "t2"), 0)


@pytest.mark.parametrize(
    ("epoch", "n", "acts"),
    [("e", 3, False), ("e", 4, True), ("before", 9, False), ("after", 1, True), ("after", 3, True)],
)
def test_numbers_of_facts_are_compared_with_a_start_within_its_epoch_only(
    manager_harness: ManagerHarness, epoch: str, n: int, acts: bool
) -> None:
    manager_harness.heads["others"] = 3
    manager_harness.heard_epochs = ["before", "e"]
    late = replace(ALONE, name="late", start="now")
    reader = manager_harness.reader(late)
    reader.step(1)
    manager_harness.heard_epochs = ["before", "e", "after"]
    assert manager_harness.database["manager_starts"].find_one({"_id": "late|others"}) == {
        "_id": "late|others",
        "head": 3,
        "epoch": "e",
        "earlier": ["before"],
    }
    for known in (reader, manager_harness.reader(late)):
        assert known._starts.muted(fact("others", n, epoch=epoch)) is not acts


def test_a_start_without_an_epoch_is_of_the_first_epoch_that_was_heard(manager_harness: ManagerHarness) -> None:
    manager_harness.database["manager_starts"].insert_one({"_id": "late|others", "head": 3})
    late = replace(ALONE, name="late", start="now")
    starts = manager_harness.reader(late)._starts
    assert starts.muted(fact("others", 3, epoch="e"))  # nothing was heard yet
    manager_harness.heard_epochs = ["e", "after"]
    assert starts.muted(fact("others", 3, epoch="e"))
    assert not starts.muted(fact("others", 4, epoch="e"))
    assert not starts.muted(fact("others", 2, epoch="after"))


def test_a_recorded_deadline_that_the_manager_sets_once_more_is_not_due_again(manager_harness: ManagerHarness) -> None:
    due = fact("others", 1).at
    again = replace(ALONE, react=lambda state, told: Reaction({**state, "n": told.n}, [], {"clear": due}))
    manager_harness.hear(1)
    manager_harness.reader(again).step(1)
    manager_harness.clock.advance(timedelta(days=1))
    assert manager_harness.deadlines().step(1) == 1
    manager_harness.hear(2)
    manager_harness.reader(again).step(1)
    assert (manager_harness.deadlines().lag(), manager_harness.deadlines().step(1)) == (0, 0)


def test_a_deadline_that_is_set_while_an_earlier_one_is_recorded_stays_set(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager_harness.hear(1)
    manager_harness.reader(ALONE).step(1)
    manager_harness.clock.advance(timedelta(days=1, minutes=1))
    deadlines = manager_harness.deadlines()
    recorded = deadlines._instances.recorded

    def wakes_late(passed: Any) -> None:
        manager_harness.hear(2)
        manager_harness.reader(ALONE).step(1)
        recorded(passed)

    monkeypatch.setattr(deadlines._instances, "recorded", wakes_late)
    deadlines.step(1)
    document = manager_harness.database["manager_copying"].find_one({"_id": "s"}) or {}
    assert document["due"].replace(tzinfo=None) == (fact("others", 2).at + timedelta(days=1)).replace(tzinfo=None)


def test_an_instance_with_the_name_of_a_stream_is_parked_because_its_retry_would_be_ambiguous(
    manager_harness: ManagerHarness,
) -> None:
    manager_harness.hear(1)
    manager_harness.reader(replace(ALONE, instances=lambda _fact: ["others:s"])).step(1)
    (parked,) = manager_harness.parking.all()
    assert parked.error == "ValueError: an instance has the name of the stream others:s"


def test_the_readers_of_a_manager_take_turns(manager_harness: ManagerHarness) -> None:
    heard, commits = manager_harness.readers()
    turns: list[str] = []

    class Turn:
        def __enter__(self) -> None:
            turns.append("taken")

        def __exit__(self, *_: Any) -> None:
            turns.append("given back")

    heard._group.turn = Turn()
    assert commits._group is heard._group
    heard.step(1)
    commits.step(1)
    assert turns == ["taken", "given back"] * 2


def test_a_process_whose_instance_was_changed_by_another_stores_nothing_and_gives_no_command(
    manager_harness: ManagerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager_harness.hear(1)
    slow, other = manager_harness.reader(ALONE), manager_harness.reader(ALONE)
    store = slow._instances.store

    def other_first() -> Any:
        monkeypatch.setattr(slow._instances, "store", store)
        other.step(1)
        return store()

    monkeypatch.setattr(slow._instances, "store", other_first)
    with pytest.raises(LostCheckpoint, match="another works on instances of copying"):
        slow.step(1)
    document = manager_harness.database["manager_copying"].find_one({"_id": "s"}) or {}
    assert (document["revision"], document["state"]["seen"], put(manager_harness)) == (1, ["t1"], [("s", "t1")])
