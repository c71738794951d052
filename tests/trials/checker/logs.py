"""The logs: what the clients were told against what is there, positions without gaps, and what each service heard."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.trials.checker.evidence import Command, Document, Evidence
from tests.trials.checker.findings import Finding, Promise, first_difference

_NAMESPACE = uuid.UUID("6a656a61-7269-8e67-8000-6b6564697269")
COMPARED = ("member", "person", "seat", "place", "promoted", "released", "consultation", "activity")
"""Fields of an answer that the commit's answer repeats."""


def command_id(command: Command) -> str:
    """The id under which the log knows a person's request."""
    parts = ("person", command.caller, command.method, command.path, command.key)
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def commands(evidence: Evidence) -> Iterator[Finding]:
    """Each answered command has one commit with the told outcome; each other command has one whole commit or none."""
    found: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for name, service in evidence.services.items():
        for commit in service.commits:
            found[name, commit["command_id"]].append(commit)
    for (name, identity), commits in found.items():
        if len(commits) > 1:
            places = [commit["_id"] for commit in commits]
            yield Finding(Promise.NONE_TWICE, f"{name}: command {identity} has the commits {places}")
    # A client asks again for what it was answered before, so several lines may name one command.
    for command in evidence.history:
        what = f"op {command.op} ({command.command})"
        yield from _command(command, what, found.get((command.service, command_id(command)), []))


def _command(command: Command, what: str, commits: list[Document]) -> Iterator[Finding]:
    commit = commits[0] if commits else None
    if commit is None:
        if command.outcome == "ok" or command.position:
            yield Finding(Promise.NONE_LOST, f"{what} was answered {command.status}, and is not in the log")
        return
    there = f"is in the log at {commit['_id']} ({commit.get('refused') or 'accepted'})"
    if command.position not in (0, commit["_id"]):
        yield Finding(Promise.NONE_LOST, f"{what} was answered at {command.position}, and {there}")
    refused = commit.get("refused")
    match command.outcome:
        case "ok":
            if refused is not None:
                yield Finding(Promise.NONE_LOST, f"{what} was acknowledged, and {there}")
            yield from _answer(command, what, commit)
        case "refused":
            if commit["events"] or refused != command.rule:
                yield Finding(Promise.REFUSED_ABSENT, f"{what} was refused by {command.rule}, and {there}")
        case "rejected":
            yield Finding(Promise.REFUSED_ABSENT, f"{what} was rejected, and {there}")
    if bool(commit["events"]) != ("stream" in commit) or (refused is not None and commit["events"]):
        yield Finding(Promise.ALL_OR_NOTHING, f"{what} {there}, with {len(commit['events'])} events")


def _answer(command: Command, what: str, commit: Document) -> Iterator[Finding]:
    for name in COMPARED:
        if name in command.answer and name in commit["answer"]:
            told, kept = command.answer[name], commit["answer"][name]
            if told != kept:
                yield Finding(Promise.NONE_LOST, f"{what} was told {name} {told}; the log has {kept}")


def strangers(evidence: Evidence) -> Iterator[Finding]:
    """A person's commit in members' roster or in seats and attendance belongs to a command of the history."""
    asked = {command_id(command) for command in evidence.history}
    governed = {
        "SeatTaken",
        "PlacedInLine",
        "SeatReleased",
        "AttendanceRecorded",
        "ConsultationAsked",
        "PreferenceChosen",
    }
    for name, service in evidence.services.items():
        for commit in service.commits:
            types = {event["type"] for event in commit["events"]}
            if types & governed and commit["command_id"] not in asked:
                yield Finding(
                    Promise.NO_STRANGERS, f"{name}: nobody asked for commit {commit['_id']} ({', '.join(types)})"
                )


def gaps(evidence: Evidence) -> Iterator[Finding]:
    """Positions, versions of each stream and numbers of facts count 1, 2, 3…; ids of events are used once."""
    for name, service in evidence.services.items():
        counted: dict[str, list[int]] = {
            "positions": [commit["_id"] for commit in service.commits],
            "facts": [fact["n"] for commit in service.commits for fact in commit["facts"]],
            "positions of the inbox": [heard["_id"] for heard in service.inbox],
        }
        ids: Counter[str] = Counter()
        for commit in service.commits:
            for event in commit["events"]:
                counted.setdefault(f"versions of {commit.get('stream')}", []).append(event["version"])
                ids[event["id"]] += 1
            if not {fact["event"] for fact in commit["facts"]} <= {event["id"] for event in commit["events"]}:
                yield Finding(Promise.NO_GAPS, f"{name}: commit {commit['_id']} tells a fact of another commit")
        for what, numbers in counted.items():
            if (place := first_difference(list(numbers), list(range(1, len(numbers) + 1)))) is not None:
                yield Finding(Promise.NO_GAPS, f"{name}: {what}, {place}")
        for identity, count in ids.items():
            if count > 1:
                yield Finding(Promise.NONE_TWICE, f"{name}: event {identity} stands {count} times in the log")


def heard(evidence: Evidence) -> Iterator[Finding]:
    """The inbox holds exactly the source's facts, in the source's order and with its words."""
    for name, sources in evidence.setting.hears.items():
        inbox = evidence.services[name].inbox
        for source in sources:
            told = [fact for commit in evidence.services[source].commits for fact in commit["facts"]]
            wanted = [(fact["n"], fact["event"]) for fact in told]
            got = [(one["n"], one["id"]) for one in inbox if one["source"] == source]
            if (place := first_difference(list(got), list(wanted))) is not None:
                yield Finding(Promise.HEARD_ONCE, f"{name} from {source}: {place}")
            words = {fact["event"]: (fact["subject"], fact["data"]) for fact in told}
            for one in inbox:
                envelope = one["envelope"]
                if one["source"] == source and words.get(one["id"]) != (envelope["subject"], envelope["data"]):
                    yield Finding(Promise.HEARD_ONCE, f"{name} from {source}: fact {one['n']} has other words")
        for stranger in {one["source"] for one in inbox} - {*sources}:
            yield Finding(Promise.HEARD_ONCE, f"{name} hears {stranger}")


def left(evidence: Evidence) -> Iterator[Finding]:
    """Nothing is parked and nothing stray."""
    for name, service in evidence.services.items():
        for what, count in service.left.items():
            if count:
                yield Finding(Promise.NOTHING_LEFT, f"{name}: {count} {what}")
