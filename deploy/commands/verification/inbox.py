"""Checks the promises of a service's inbox (`services.kernel.bus.inbox`), fact by fact."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from services.kernel.base.mongo import durable

FIELDS = {"position": 1, "source": 1, "epoch": 1, "n": 1, "id": 1}


def inbox_differences(database: Database[dict[str, Any]]) -> Iterator[str]:
    """The faults of the collection `inbox`, one sentence each; empty if all promises are kept."""
    begun = {
        (document["_id"], epoch["epoch"]): int(epoch["first"])
        for document in durable(database, "sources").find()
        for epoch in document.get("epochs", [document])
        if "epoch" in epoch
    }
    return differences(durable(database, "inbox").find({}, FIELDS).sort("position", ASCENDING), begun)


def differences(facts: Iterable[Mapping[str, Any]], begun: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """The faults of facts, given as documents in the order of their positions.

    Positions have no gap, and a source's numbers have no gap within an epoch. An epoch begins with 1, or with the
    number in `begun` by (source, epoch). No fact is stored twice.
    """
    position = 0
    numbers: dict[tuple[str, str], int] = {}
    ids: set[tuple[str, str]] = set()
    for fact in facts:
        at = f"inbox {fact['_id']}"
        position += 1
        if (fact["_id"], fact["position"]) != (position, position):
            yield f"{at}: position {position} was expected"
            position = int(fact["_id"])
        source = (fact["source"], fact["epoch"])
        following = numbers[source] + 1 if source in numbers else begun.get(source, 1)
        if fact["n"] != following:
            yield f"{at}: fact {fact['n']} of {fact['source']}, where {following} was expected"
        numbers[source] = fact["n"]
        if (fact["source"], fact["id"]) in ids:
            yield f"{at}: fact {fact['id']} of {fact['source']} stands already"
        ids.add((fact["source"], fact["id"]))
