"""Process managers on a real database: commands once, deadlines once, nothing old acted upon."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.kernel.declare.process import Reaction
from tests.support.manager_harness import ManagerHarness, manager_harness
from tests.support.sample_domain import COPYING, SHELF

__all__ = ["manager_harness"]


@pytest.mark.parametrize(("write", "given"), [("store", ()), ("given", ("t1",))])
def test_killed_before_or_behind_the_command_the_command_takes_effect_once(
    manager_harness: ManagerHarness, write: str, given: tuple[str, ...]
) -> None:
    manager_harness.hear(1)

    def killed(*_: Any, **__: Any) -> None:
        raise AutoReconnect("killed here")

    reader = manager_harness.reader()
    written = getattr(reader._instances, write)
    setattr(reader._instances, write, killed)
    with pytest.raises(AutoReconnect):
        reader.step(1)
    assert manager_harness.titles() == given
    setattr(reader._instances, write, written)
    reader.step(1)
    assert manager_harness.titles() == ("t1",)
    assert manager_harness.log.head() == 1
    assert "pending" not in (manager_harness.database["manager_copying"].find_one({"_id": "s"}) or {})


def test_a_batch_of_facts_is_one_question_and_two_writes_and_each_fact_is_taken(
    manager_harness: ManagerHarness,
) -> None:
    from pymongo.collection import Collection

    calls: list[str] = []
    reader = manager_harness.reader()
    documents: Collection[dict[str, Any]] = reader._instances._documents

    class Counted:
        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(documents, name)

    reader._instances._documents = Counted()  # type: ignore[assignment]
    reader.step(1)
    calls.clear()  # what is pending is asked once, at the reader's beginning
    manager_harness.hear(*range(1, 31))
    reader.step(1)
    assert manager_harness.titles() == tuple(f"t{n}" for n in range(1, 31))
    assert calls == ["find", "bulk_write", "bulk_write"]


def test_killed_between_state_and_checkpoint_the_fact_is_done(manager_harness: ManagerHarness) -> None:
    manager_harness.hear(1, 2)
    manager_harness.reader().step(1)
    manager_harness.database["checkpoints"].delete_many({})
    manager_harness.reader().step(1)
    assert manager_harness.log.head() == 2
    document = manager_harness.database["manager_copying"].find_one({"_id": "s"}) or {}
    assert document["state"]["seen"] == ["t1", "t2"]


def test_a_deadline_is_in_the_same_document_as_the_state_and_fires_once(manager_harness: ManagerHarness) -> None:
    manager_harness.hear(1)
    manager_harness.reader().step(1)
    assert manager_harness.deadlines().step(1) == 0
    manager_harness.clock.advance(timedelta(days=2))
    assert manager_harness.deadlines().step(1) == 1
    assert manager_harness.deadlines().step(1) == 0  # recorded, though the manager has not come to it yet
    manager_harness.reader(log="commits").step(1)
    assert manager_harness.titles() == ()
    assert manager_harness.deadlines().step(1) == 0
    assert manager_harness.deadlines().lag() == 0


def test_a_passed_deadline_tells_no_fact(manager_harness: ManagerHarness) -> None:
    manager_harness.hear(1)
    manager_harness.reader().step(1)
    told = manager_harness.log.last_fact()
    manager_harness.clock.advance(timedelta(days=2))
    manager_harness.deadlines().step(1)
    assert manager_harness.log.last_fact() == told


def test_a_manager_that_starts_now_learns_from_old_facts_and_acts_on_new_ones(manager_harness: ManagerHarness) -> None:
    manager_harness.heads["others"] = 3
    late = replace(COPYING, name="late", start="now")
    manager_harness.hear(1, 2, 3)
    manager_harness.reader(late).step(1)
    assert manager_harness.titles() == ()
    manager_harness.heads["others"] = 99  # asked once in the life of the installation
    manager_harness.hear(4)
    manager_harness.reader(late).step(1)
    assert manager_harness.titles() == ("t4",)
    assert (manager_harness.database["manager_late"].find_one({"_id": "s"}) or {})["state"]["seen"] == [
        "t1",
        "t2",
        "t3",
        "t4",
    ]


def test_a_manager_that_starts_now_with_an_empty_source_acts_on_its_very_first_fact(
    manager_harness: ManagerHarness,
) -> None:
    early = replace(COPYING, name="early", start="now")
    assert manager_harness.reader(early).step(1) == 0
    manager_harness.heads["others"] = 1
    manager_harness.hear(1)
    manager_harness.reader(early).step(1)
    assert manager_harness.titles() == ("t1",)


def test_a_fact_that_a_manager_fails_to_take_is_parked_with_its_instance_and_retried_in_order(
    manager_harness: ManagerHarness,
) -> None:
    broken = {"on": True}

    def react(state: Any, item: Any) -> Reaction:
        if broken["on"] and item.n == 2:
            raise ValueError("cannot take this")
        return COPYING.react(state, item)

    picky = replace(COPYING, name="picky", react=react, logs=("inbox",))
    manager_harness.hear(1, 2, 3)
    manager_harness.reader(picky).step(1)
    assert manager_harness.titles() == ("t1",)
    assert [parked.error for parked in manager_harness.parking.all("picky")] == [
        "ValueError: cannot take this",
        "behind",
    ]
    manager_harness.hear(4)
    manager_harness.reader(picky).step(1)
    assert manager_harness.parking.count("picky") == 3

    reader = manager_harness.reader(picky)
    manager_harness.parking.mark("picky")
    reader.step(1)
    assert manager_harness.parking.count("picky") == 3  # it failed again, and waits again
    broken["on"] = False
    manager_harness.parking.mark("picky")
    reader.step(1)
    assert manager_harness.titles() == ("t1", "t2", "t3", "t4")
    assert manager_harness.parking.count() == 0
    manager_harness.hear(5)
    reader.step(1)
    assert manager_harness.titles()[-1] == "t5"


def test_a_refused_command_is_an_outcome_and_the_manager_goes_on(manager_harness: ManagerHarness) -> None:
    from services.kernel.declare.process import Dispatch
    from tests.support.sample_domain import PutBook

    def react(state: Any, item: Any) -> Reaction:
        return Reaction(state, [Dispatch(SHELF, item.subject, PutBook(item.data["title"], room=1))])

    manager_harness.hear(1, 2)
    manager_harness.reader(replace(COPYING, name="full", react=react, logs=("inbox",))).step(1)
    assert manager_harness.titles() == ("t1",)
    assert [commit.refused for commit in manager_harness.log.read(0)] == [None, "shelf-is-full"]


def test_a_manager_with_a_newer_lease_stops_the_older_one(manager_harness: ManagerHarness) -> None:
    from services.kernel.readers.reader import LostCheckpoint

    older, newer = manager_harness.reader(), manager_harness.reader()
    manager_harness.hear(1)
    older.step(1)
    manager_harness.hear(2)
    newer.step(2)
    manager_harness.hear(3)
    with pytest.raises(LostCheckpoint):
        older.step(1)


def test_facts_without_an_instance_move_the_checkpoint_with_a_delay(manager_harness: ManagerHarness) -> None:
    from deploy.waiting import wait_until

    manager_harness.commands.take(SHELF, _order("first"))
    reader = manager_harness.reader(log="commits")
    assert reader.step(1) == 1
    assert manager_harness.database["checkpoints"].find_one({"_id": "copying.commits"}) is None
    assert reader.idle_seconds < 2

    def moved() -> bool:
        reader.step(1)
        return manager_harness.database["checkpoints"].find_one({"_id": "copying.commits"}) is not None

    wait_until(moved, 5, "the checkpoint to move")
    assert reader.idle_seconds == 2


def _order(title: str) -> Any:
    from services.kernel.base.message import Metadata
    from services.kernel.commands.decider import CommandEnvelope
    from tests.support.sample_domain import PutBook

    return CommandEnvelope(PutBook(title), "other", f"k-{title}", Metadata("c"))
