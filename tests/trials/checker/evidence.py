"""All that a trial left: history, logs, inboxes, views, deliveries, mails, and what the partner's receiver took."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pymongo

Document = dict[str, Any]
VIEWS = {
    "members": ("roster",),
    "events": ("registrations", "attendance"),
    "mentoring": (),
    "notifications": ("preferences",),
}
"""The views that the checker computes by itself."""


@dataclass(frozen=True)
class Command:
    """What a client asked, and what it was told. ``outcome`` is ok, refused, rejected or unknown; ``position`` is 0 without one.
    ``again`` are the statuses after which the client asked again, 0 for a lost connection.
    """

    op: int
    command: str
    caller: str
    service: str
    method: str
    path: str
    key: str
    body: Mapping[str, Any]
    outcome: str = "unknown"
    status: int = 0
    rule: str | None = None
    position: int = 0
    answer: Mapping[str, Any] = field(default_factory=dict)
    again: Sequence[int] = ()


@dataclass(frozen=True)
class Service:
    """One service's database. ``commits`` and ``inbox`` by position; ``views``: name → key → row; ``left`` counts parked facts
    and strays.
    """

    commits: Sequence[Document]
    inbox: Sequence[Document]
    views: Mapping[str, Mapping[str, Document]]
    left: Mapping[str, int]


@dataclass(frozen=True)
class Mail:
    """An accepted mail: the delivery that its ``Message-ID`` names, and the recipient."""

    delivery: str
    to: str


@dataclass(frozen=True)
class Arrival:
    """A webhook at the receiver, repeated ones too. ``good``: the signature fits."""

    id: str
    number: int
    good: bool
    envelope: Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """``hears``: service → its sources. ``types`` and ``region`` are what the partner subscribed to; ``faults`` counts the faults."""

    hears: Mapping[str, Sequence[str]]
    types: Sequence[str]
    region: str
    faults: int


@dataclass(frozen=True)
class Evidence:
    """All of it."""

    setting: Setting
    history: Sequence[Command]
    services: Mapping[str, Service]
    deliveries: Sequence[Document]
    mails: Sequence[Mail]
    arrivals: Sequence[Arrival]


def read(folder: Path, mongodb: str, prefix: str, setting: Setting) -> Evidence:
    """The evidence in a trial's folder and database. Raises ``PyMongoError`` and ``OSError``."""
    with pymongo.MongoClient[Document](mongodb, tz_aware=True, timeoutMS=60_000) as client:
        services = {name: _service(client[f"{prefix}{name}"], VIEWS[name]) for name in setting.hears}
        deliveries = list(client[f"{prefix}notifications"]["deliveries"].find())
    return Evidence(
        setting=setting,
        history=history(folder / "history.jsonl"),
        services=services,
        deliveries=deliveries,
        mails=[_mail(path) for path in sorted((folder / "mails").glob("*.eml"))],
        arrivals=list(_arrivals(folder / "receiver" / "journal.jsonl")),
    )


def history(path: Path) -> list[Command]:
    """The commands of a history. A last line that a kill cut off counts as not written."""
    commands: dict[int, Command] = {}
    for line in path.read_text("utf-8").splitlines(keepends=True):
        if not line.endswith("\n"):
            break
        told = json.loads(line)
        if "sent" in told:
            names = ("op", "command", "caller", "service", "method", "path", "key", "body")
            commands[told["op"]] = Command(**{name: told[name] for name in names})
            continue
        command = commands[told["op"]]
        service, _, position = (told.get("position") or "").partition("@")
        commands[told["op"]] = replace(
            command,
            outcome=told["outcome"],
            status=told["status"],
            rule=told.get("rule"),
            position=int(position) if service == command.service else 0,
            answer=told.get("answer", {}),
            again=told.get("again", ()),
        )
    return list(commands.values())


def _service(database: Any, views: Sequence[str]) -> Service:
    live = {document["_id"]: document["live"] for document in database["views"].find()}
    return Service(
        commits=list(database["commits"].find().sort("_id", 1)),
        inbox=list(database["inbox"].find().sort("_id", 1)),
        views={name: _rows(database[live[name]]) for name in views},
        left={name: database[name].count_documents({}) for name in ("parked", "strays")},
    )


def _rows(collection: Any) -> dict[str, Document]:
    documents = (document for document in collection.find() if not str(document["_id"]).startswith("_"))
    return {
        document["_id"]: {name: value for name, value in document.items() if not name.startswith("_")}
        for document in documents
    }


def _mail(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes())
    identity = str(message.get("Message-ID", "")).strip().strip("<>").partition("@")[0]
    return Mail(identity, str(message.get("X-Mailbox-To", "")))


def _arrivals(path: Path) -> Iterator[Arrival]:
    for line in path.read_bytes().splitlines(keepends=True):
        came = json.loads(line).get("came") if line.endswith(b"\n") else None
        if came is not None:
            yield Arrival(came["id"], int(came["number"] or 0), bool(came["good"]), json.loads(came["body"]))
