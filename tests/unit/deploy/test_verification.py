"""`jejaring verify` finds what it is there to find: each kind of damage, planted in what was right before."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.commands.verification import inbox, log
from deploy.commands.verification.views import MAX_SHOWN, differing

Documents = list[dict[str, Any]]


def _commits() -> Documents:
    """Four commits: two of one stream, a refusal between them, and another stream."""

    def commit(position: int, stream: str | None, versions: list[int], facts: list[int], last: int) -> dict[str, Any]:
        return {
            "_id": position,
            "position": position,
            "command_id": f"c{position}",
            "stream": stream,
            "events": [{"version": version, "id": f"{stream}{version}"} for version in versions],
            "facts": [{"n": n} for n in facts],
            "last_fact": last,
        }

    return [
        commit(1, "a", [1], [1], 1),
        commit(2, None, [], [], 1),
        commit(3, "a", [2, 3], [2, 3], 3),
        commit(4, "b", [1], [], 3),
    ]


def _inbox() -> Documents:
    order = [("members", 1), ("events", 1), ("members", 2), ("members", 3)]
    return [
        {"_id": place, "position": place, "source": source, "epoch": "e", "n": n, "id": f"{source}{n}"}
        for place, (source, n) in enumerate(order, start=1)
    ]


def test_a_log_that_keeps_its_promises_has_no_differences() -> None:
    assert list(log.differences(_commits())) == []


def _without(place: int) -> Callable[[Documents], Any]:
    return lambda documents: documents.pop(place)


LOG_DAMAGE: dict[str, Callable[[Documents], Any]] = {
    "a gap in the positions": _without(1),
    "a position that differs from the key": lambda commits: commits[2].update(position=9),
    "a command with two outcomes": lambda commits: commits[3].update(command_id="c1"),
    "a gap in a stream": lambda commits: commits[2]["events"].pop(0),
    "a version twice": lambda commits: commits[2]["events"][1].update(version=2),
    "an event id twice": lambda commits: commits[3]["events"][0].update(id="a1"),
    "a gap in the facts": lambda commits: commits[2]["facts"].pop(0),
    "a fact number twice": lambda commits: commits[2]["facts"][0].update(n=1),
    "a count of facts that is wrong": lambda commits: commits[1].update(last_fact=2),
}


@pytest.mark.parametrize("damage", LOG_DAMAGE)
def test_damage_in_a_log_is_found(damage: str) -> None:
    commits = _commits()
    LOG_DAMAGE[damage](commits)
    assert list(log.differences(commits))


def test_an_inbox_that_keeps_its_promises_has_no_differences() -> None:
    assert list(inbox.differences(_inbox(), {})) == []


def test_a_new_epoch_may_begin_at_its_announced_number() -> None:
    facts = [*_inbox(), {"_id": 5, "position": 5, "source": "members", "epoch": "f", "n": 40, "id": "x"}]
    assert list(inbox.differences(facts, {("members", "f"): 40})) == []
    assert list(inbox.differences(facts, {}))


INBOX_DAMAGE: dict[str, Callable[[Documents], Any]] = {
    "a gap in a source": _without(2),
    "a gap in the positions": lambda facts: facts[3].update(_id=9, position=9),
    "a fact twice": lambda facts: facts[3].update(id="members1"),
    "a source that begins in the middle": lambda facts: facts[1].update(n=4),
}


@pytest.mark.parametrize("damage", INBOX_DAMAGE)
def test_damage_in_an_inbox_is_found(damage: str) -> None:
    facts = _inbox()
    INBOX_DAMAGE[damage](facts)
    assert list(inbox.differences(facts, {}))


def test_view_differences_show_keys_and_fields_but_no_values() -> None:
    live = {"a": {"_id": "a", "name": "secret", "count": 1}, "b": {"_id": "b"}}
    replayed = {"a": {"_id": "a", "name": "other", "count": 1}, "c": {"_id": "c"}}
    found = list(differing(live, replayed))
    assert found == [
        "document a differs in name",
        "document b is live only",
        "document c is missing from the live view",
    ]
    assert "secret" not in " ".join(found)


def test_verify_shows_the_first_differences_and_counts_the_others() -> None:
    found = list(differing({str(n): {"_id": n} for n in range(MAX_SHOWN + 3)}, {}))
    assert len(found) == MAX_SHOWN + 1
    assert found[-1] == "3 further documents differ"
