"""Checks the promises of a service's log (`services.kernel.log.log`), commit by commit."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from services.kernel.base.mongo import durable

FIELDS = {
    "position": 1, "command_id": 1, "stream": 1, "last_fact": 1, "events.version": 1, "events.id": 1, "facts.n": 1,
}  # fmt: skip


def log_differences(database: Database[dict[str, Any]]) -> Iterator[str]:
    """The faults of the collection `commits`, one sentence each; empty if all promises are kept."""
    found = durable(database, "commits").find({}, FIELDS).sort("position", ASCENDING)
    return differences(found)


def differences(commits: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The faults of commits, given as documents in the order of their positions.

    Positions have no gap, versions have no gap within a stream, facts have no gap within the source. Events, commands
    and positions are unique. `last_fact` is the number of the last fact up to the commit.
    """
    position = told = 0
    versions: dict[str, int] = {}
    commands: set[str] = set()
    events: set[str] = set()
    for commit in commits:
        at = f"commit {commit['_id']}"
        position += 1
        if (commit["_id"], commit["position"]) != (position, position):
            yield f"{at}: position {position} was expected"
            position = int(commit["_id"])
        if commit["command_id"] in commands:
            yield f"{at}: command {commit['command_id']} has an outcome already"
        commands.add(commit["command_id"])
        for event in commit["events"]:
            following = versions.get(commit["stream"], 0) + 1
            if event["version"] != following:
                yield f"{at}: version {event['version']} of {commit['stream']}, where {following} was expected"
            versions[commit["stream"]] = event["version"]
            if event["id"] in events:
                yield f"{at}: event id {event['id']} was used before"
            events.add(event["id"])
        for fact in commit["facts"]:
            told += 1
            if fact["n"] != told:
                yield f"{at}: fact {fact['n']}, where {told} was expected"
                told = int(fact["n"])
        if commit["last_fact"] != told:
            yield f"{at}: last_fact is {commit['last_fact']}, where {told} was expected"
