"""Every event that a service ever wrote, as it was written, and the facts that they tell: what other tests draw from."""

import importlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from services.kernel.base.message import Event, Fact, Metadata, Recorded
from services.kernel.base.settings import PORTS

UNIT = Path(__file__).resolve().parents[1] / "unit"
AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@cache
def events(service: str) -> Sequence[Event]:
    """The golden events of a service, lifted to today's classes, in the order of their file."""
    registry = importlib.import_module(f"services.{service}.contract").REGISTRY
    return [registry.load(each["type"], each["schema"], each["data"]) for each in _written(UNIT / service)]


def recorded(event: Event, identity: str, position: int) -> Recorded:
    """An event as the one of its commit. Whose stream it is in matters to one view alone: that of lectures looks at what all
    kinds of activity share, and takes it of its own kind.
    """
    return Recorded(position, 0, f"lecture-{identity}", 1, f"e{position}", event, AT, AT, Metadata("c"))


def facts(services: Sequence[str], identities: Sequence[str]) -> list[Fact]:
    """What these services tell of their golden events, each about each of the identities."""
    told = []
    for service in services:
        tell = importlib.import_module(f"services.{service}.contract").tell
        for event in events(service):
            drafts = [tell(recorded(event, identity, 1)) for identity in identities]
            told += [_fact(service, draft) for draft in drafts if draft is not None]
    return told


def all_services() -> Sequence[str]:
    """The services that there are."""
    return tuple(PORTS)


def _fact(service: str, draft: object) -> Fact:
    data = json.loads(json.dumps(draft.data))  # type: ignore[attr-defined]
    return Fact(
        service,
        "epoch",
        1,
        draft.event,
        draft.type,
        draft.version,
        draft.subject,
        draft.region,
        AT,
        data,
        "c",  # type: ignore[attr-defined]
    )


def _written(room: Path) -> list[dict[str, object]]:
    lines = room / "golden.jsonl"
    if lines.exists():
        return [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    found = []
    for path in sorted((room / "golden").glob("*.json")):
        name, _, version = path.stem.partition(".v")
        found.append({"type": name, "schema": int(version), "data": json.loads(path.read_text("utf-8"))})
    return found
