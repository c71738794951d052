"""The promises, judged on what is stored after a simulation. Each function raises ``AssertionError`` with what is broken.

The checks read the stored documents only, and compute what should be there with a few plain loops: nothing of the
kernel's readers is used.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from tests.simulation.world import World

Document = dict[str, Any]


def judge(world: World) -> None:
    """All promises."""
    for service in world.server.names():
        i3_streams_and_positions_have_no_gaps(world, service)
    i1_each_answered_command_is_in_the_log_once(world)
    i5_each_fact_is_heard_once_and_in_order(world)
    i4_views_equal_a_replay(world)
    i7_managers_gave_each_command_once(world)
    i8_deadlines_passed_once(world)
    i6_the_relay_passed_only_confirmed_facts(world)
    expect("promises broken on the way", world.broken[:1], [])


def commits(world: World, service: str) -> list[Document]:
    """The log of a service."""
    documents = world.server[service].store("commits").documents
    return [documents[key] for key in sorted(documents)]


def facts(world: World) -> list[Document]:
    """The facts in the desk's log, each with its commit's events' ids."""
    return [fact for commit in commits(world, "desk") for fact in commit["facts"]]


def inbox(world: World) -> list[Document]:
    """The hall's inbox, in order."""
    documents = world.server["hall"].store("inbox").documents
    return [documents[key] for key in sorted(documents)]


def events(world: World, service: str) -> list[tuple[int, str, Document]]:
    """All events of a service: position, stream, event."""
    return [(c["position"], c.get("stream", ""), event) for c in commits(world, service) for event in c["events"]]


def view(world: World, name: str, service: str) -> dict[str, Document]:
    """The live documents of a view, without guards."""
    pointer = world.server[service].store("views").documents[name]
    documents = world.server[service].store(pointer["live"]).documents
    return {
        key: {name: value for name, value in document.items() if name not in ("_id", "_at")}
        for key, document in documents.items()
        if not str(key).startswith("_") and "_at" in document
    }


def shown(world: World, name: str, service: str, wanted: dict[str, Document]) -> None:
    """Raise ``AssertionError`` if a view of the cast does not show the wanted documents."""
    definition = world.cast.services.get(service)
    if definition is not None and any(view.name == name for view in definition.views):
        expect(f"view {name}", view(world, name, service), wanted)


def plays(world: World, manager: str) -> bool:
    """Whether a manager takes part."""
    definition = world.cast.services.get("hall")
    return definition is not None and any(each.name == manager for each in definition.managers)


def expect(what: str, found: object, wanted: object) -> None:
    """Raise ``AssertionError`` if two values differ."""
    if found != wanted:
        raise AssertionError(f"{what}:\n  found  {found}\n  wanted {wanted}")


def i1_each_answered_command_is_in_the_log_once(world: World) -> None:
    """An ``ok`` command has one commit with its events; a refused one has one commit with the rule and no event."""
    for order in world.orders:
        if order.key in world.forgotten:
            continue  # a restore of the backup took this command back
        found = [each for each in commits(world, order.service) if each["command_id"] == order.key]
        expect(f"commits of {order.command}", len(found), 1)
        expect(f"outcome of {order.command}", found[0].get("refused", "ok"), order.answer)
        if order.position:
            expect(f"position of {order.command}", found[0]["position"], order.position)
        expect(f"events of a refusal {order.command}", bool(found[0].get("refused") and found[0]["events"]), False)


def i3_streams_and_positions_have_no_gaps(world: World, service: str) -> None:
    """Positions, versions of each stream and numbers of facts count 1, 2, 3…; no command id appears twice."""
    log = commits(world, service)
    expect(f"positions of {service}", [commit["position"] for commit in log], list(range(1, len(log) + 1)))
    versions: dict[str, list[int]] = defaultdict(list)
    for _, stream, event in events(world, service):
        versions[stream].append(event["version"])
    for stream, found in versions.items():
        expect(f"versions of {stream}", found, list(range(1, len(found) + 1)))
    numbers = [fact["n"] for commit in log for fact in commit["facts"]]
    expect(f"numbers of facts of {service}", numbers, list(range(1, len(numbers) + 1)))
    twice = [key for key, count in Counter(commit["command_id"] for commit in log).items() if count > 1]
    expect("commands with two outcomes", twice, [])


def i5_each_fact_is_heard_once_and_in_order(world: World) -> None:
    """The inbox holds each fact of the source once, in the source's order, at positions without gaps."""
    if not any(definition.sources for definition in world.cast.services.values()):
        return
    heard = inbox(world)
    expect("positions of the inbox", [each["position"] for each in heard], list(range(1, len(heard) + 1)))
    told = [fact["event"] for fact in facts(world)]
    known = set(told)
    expect("heard facts", [each["id"] for each in heard if each["id"] in known], told)
    strangers = [each["id"] for each in heard if each["id"] not in known]
    expect("heard facts that were never told", [each for each in strangers if not world.restores], [])
    expect("facts that were heard twice", len(set(strangers)), len(strangers))


def i6_the_relay_passed_only_confirmed_facts(world: World) -> None:
    """The broker has confirmed each fact up to the relay's checkpoint."""
    relay = world.server["desk"].store("checkpoints").documents.get("relay")
    if relay is not None:
        confirmed = {json.loads(body)["id"] for body in world.broker.confirmed}
        passed = [fact["event"] for fact in facts(world) if fact["n"] <= relay["position"]]
        expect("facts that the relay passed unconfirmed", [each for each in passed if each not in confirmed], [])


def i4_views_equal_a_replay(world: World) -> None:
    """Each view shows what a plain loop over the logs makes of them."""
    items: dict[str, Document] = {}
    for _, stream, event in events(world, "desk"):
        if event["type"] == "ItemAdded":
            row = items.setdefault(stream.partition("-")[2], {"count": 0, "names": []})
            row["count"] += 1
            row["names"] = sorted({*row["names"], event["data"]["name"]})
    shown(world, "items", "desk", items)
    heard: dict[str, Document] = {}
    for fact in facts(world):
        if fact["type"] == "item-added":
            row = heard.setdefault(fact["subject"], {"count": 0})
            row |= {"count": row["count"] + 1, "last": fact["data"]["name"]}
    shown(world, "heard", "hall", heard)
    people: dict[str, Document] = {}
    for _, stream, event in events(world, "hall"):
        if event["type"] == "SeatHeld":
            row = people.setdefault(event["data"]["person"], {})
            row["held"] = row.get("held", 0) + 1
            row["seats"] = sorted({*row.get("seats", []), stream.partition("-")[2]})
    for fact in facts(world):
        for person in fact["data"].get("people", []):
            people.setdefault(person, {})["left"] = True
    shown(world, "people", "hall", people)


def i7_managers_gave_each_command_once(world: World) -> None:
    """Each item is copied once and in order, and nobody who left holds a seat."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for fact in facts(world):
        if fact["type"] == "item-added":
            copies = wanted[fact["subject"]]
            copies.append(f"{fact['data']['name']}#{len(copies) + 1}")
    found: dict[str, list[str]] = defaultdict(list)
    holders: dict[str, str] = {}
    for _, stream, event in events(world, "hall"):
        _kind, _, identity = stream.partition("-")
        if event["type"] == "ItemCopied":
            found[identity].append(event["data"]["name"])
        elif event["type"] == "SeatHeld":
            holders[identity] = event["data"]["person"]
        elif event["type"] == "SeatReleased":
            holders.pop(identity, None)
    if plays(world, "copying"):
        expect("copies", dict(found), dict(wanted))
    for manager in ("departure", "copying", "closing"):
        instances = world.server["hall"].store(f"manager_{manager}").documents
        expect(f"commands that {manager} still gives", [key for key in instances if "pending" in instances[key]], [])
    left = {person for fact in facts(world) for person in fact["data"].get("people", [])}
    if plays(world, "departure"):
        expect("seats of people who left", {s: p for s, p in holders.items() if p in left}, {})


def i8_deadlines_passed_once(world: World) -> None:
    """Each deadline is recorded at most once and never early, and no seat is held longer than allowed."""
    passed, early = [], []
    held: dict[str, datetime] = {}
    for commit in commits(world, "hall"):
        for event in commit["events"]:
            if event["type"] == "DeadlinePassed":
                due = event["data"]["due"]
                passed.append((commit["stream"], due))
                early += [commit["stream"]] if commit["at"] < _moment(due) else []
            elif event["type"] == "SeatHeld":
                held[commit["stream"]] = commit["at"]
            elif event["type"] == "SeatReleased":
                held.pop(commit["stream"], None)
    expect("deadlines that passed twice", [each for each, count in Counter(passed).items() if count > 1], [])
    expect("deadlines that passed early", early, [])
    if plays(world, "closing"):
        expect("seats that are held too long", held, {})


def _moment(due: Any) -> datetime:
    return due if isinstance(due, datetime) else datetime.fromisoformat(due)
