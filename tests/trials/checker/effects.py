"""The effects: seats and line, and the views, replayed from the logs by plain loops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.trials.checker.evidence import Document, Evidence
from tests.trials.checker.findings import Finding, Promise, differences


def events(evidence: Evidence, service: str, prefix: str) -> Iterator[tuple[str, Document, Document]]:
    """Identity, commit and event of each event in the streams of one kind, in the log's order."""
    for commit in evidence.services[service].commits:
        kind, _, identity = commit.get("stream", "").partition("-")
        if kind == prefix:
            for event in commit["events"]:
                yield identity, commit, event


def seats(evidence: Evidence) -> Iterator[Finding]:
    """Never more people than seats; who comes first has the seat; who waits longest is promoted, and at once."""
    rows: dict[str, Document] = {}
    for activity, commit, event in events(evidence, "events", "seats"):
        place = f"seats of {activity}, commit {commit['_id']}"
        row = rows.get(activity)
        if row is None:
            row = rows[activity] = {"capacity": event["data"].get("capacity", 0), "taken": [], "line": []}
        yield from (Finding(Promise.SEATS, f"{place}: {wrong}") for wrong in _step(row, event))
        if event is commit["events"][-1] and row["line"] and len(row["taken"]) < row["capacity"]:
            yield Finding(Promise.SEATS, f"{place}: a seat is free and somebody waits")
        if len(row["taken"]) > row["capacity"]:
            yield Finding(Promise.SEATS, f"{place}: {len(row['taken'])} people on {row['capacity']} seats")


def _step(row: Document, event: Document) -> Iterator[str]:
    """Apply one event; what it may not do, in words."""
    person = event["data"].get("person")
    match event["type"]:
        case "SeatTaken" | "PlacedInLine":
            yield from _register(row, event, person)
        case "SeatPromoted":
            if row["line"][:1] != [person]:
                yield f"{person} is promoted, and {row['line'][:1]} is first in line"
            row["line"] = [one for one in row["line"] if one != person]
            row["taken"].append(person)
        case "SeatReleased":
            if person not in (*row["taken"], *row["line"]):
                yield f"{person} gives back what nobody gave"
            row |= {name: [one for one in row[name] if one != person] for name in ("taken", "line")}


def _register(row: Document, event: Document, person: str) -> Iterator[str]:
    if person in (*row["taken"], *row["line"]):
        yield f"{person} registers twice"
    if event["type"] == "SeatTaken":
        if row["line"]:
            yield f"{person} overtakes the line"
        row["taken"].append(person)
        return
    row["line"].append(person)
    if event["data"]["place"] != len(row["line"]):
        yield f"{person} is told place {event['data']['place']}, and has {len(row['line'])}"


def attended_twice(evidence: Evidence) -> Iterator[Finding]:
    """Nobody is recorded twice at one activity, and no person is made by two joins."""
    seen: set[tuple[str, str]] = set()
    for activity, commit, event in events(evidence, "events", "attendance"):
        if event["type"] == "AttendanceRecorded":
            pair = activity, str(event["data"]["person"])
            if pair in seen:
                yield Finding(Promise.NONE_TWICE, f"commit {commit['_id']} records {pair[1]} again")
            seen.add(pair)
    joined: set[str] = set()
    for person, commit, event in events(evidence, "members", "person"):
        if event["type"] == "MemberJoined":
            if person in joined:
                yield Finding(Promise.NONE_TWICE, f"commit {commit['_id']} makes {person} a member again")
            joined.add(person)


def views(evidence: Evidence) -> Iterator[Finding]:
    """Four views, each against what a replay of the log gives."""
    wanted = {
        ("events", "registrations"): _registrations(evidence),
        ("events", "attendance"): _attendance(evidence),
        ("members", "roster"): _roster(evidence),
        ("notifications", "preferences"): _preferences(evidence),
    }
    for (service, view), rows in wanted.items():
        for difference in differences(evidence.services[service].views[view], rows):
            yield Finding(Promise.VIEWS, f"{service}, {view}, {difference}")


def _registrations(evidence: Evidence) -> dict[str, Document]:
    rows: dict[str, Document] = {}
    for activity, _commit, event in events(evidence, "events", "seats"):
        data = event["data"]
        if event["type"] == "SeatsOpened":
            opened = {"region": data["region"], "capacity": data["capacity"], "closes": _second(data["closes"])}
            rows[activity] = {**opened, "closed": None, "taken": [], "line": []}
        row = rows[activity]
        match event["type"]:
            case "ClosingMoved":
                row |= {"closes": _second(data["closes"]), "closed": None}
            case "RegistrationClosed":
                row["closed"] = data["why"]
            case "SeatsResized":
                row["capacity"] = data["capacity"]
            case _:
                list(_step(row, event))
        row["version"] = event["version"]
    return rows


def _attendance(evidence: Evidence) -> dict[str, Document]:
    rows: dict[str, Document] = {}
    for activity, commit, event in events(evidence, "events", "attendance"):
        if event["type"] == "AttendanceRecorded":
            data = event["data"]
            row = rows.setdefault(activity, {"entries": [], "absences": []})
            entry = {"person": data["person"], "guest": data["guest"], "method": data["method"]}
            row["entries"].append({**entry, "at": _second(commit["at"]), "by": commit["meta"]["actor"]})
    return rows


def _roster(evidence: Evidence) -> dict[str, Document]:
    return {
        person: dict(event["data"])
        for person, _commit, event in events(evidence, "members", "person")
        if event["type"] == "MemberJoined"
    }


def _preferences(evidence: Evidence) -> dict[str, Document]:
    return {
        person: dict(event["data"])
        for person, _commit, event in events(evidence, "notifications", "preference")
        if event["type"] == "PreferenceChosen"
    }


def _second(moment: Any) -> str:
    """A moment as views keep it, to the second."""
    found = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")
