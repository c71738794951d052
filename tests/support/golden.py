"""Every event that a service ever wrote, as it was written, and the facts that they tell: what other tests draw from."""

import importlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from services.kernel.base.message import Event, Fact, Metadata, Recorded
from services.kernel.base.settings import PORTS

UNIT = Path(__file__).resolve().parents[1] / "unit"
AT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@cache
def events(service: str) -> Sequence[Event]:
    """The golden events of a service, lifted to today's classes, in the order of their file."""
    registry = importlib.import_module(f"services.{service}.contract").REGISTRY
    return [registry.load(each["type"], each["schema"], each["data"]) for each in written(service)]


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


def written(service: str) -> list[dict[str, Any]]:
    """Every version of every event of a service as it was written: ``type``, ``schema`` and ``data``."""
    room = UNIT / service
    if (room / "golden").is_dir():
        return [_of_file(path) for path in sorted((room / "golden").glob("*.json"))]
    return [json.loads(line) for line in (room / "golden.jsonl").read_text("utf-8").splitlines()]


def add(service: str, name: str, schema: int, data: Mapping[str, Any]) -> None:
    """Write another golden event of a service."""
    room = UNIT / service
    if (room / "golden").is_dir():
        text = json.dumps(data, indent=2, ensure_ascii=False)
        (room / "golden" / f"{name}.v{schema}.json").write_text(f"{text}\n", "utf-8")
        return
    with (room / "golden.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"type": name, "schema": schema, "data": data}) + "\n")


def _of_file(path: Path) -> dict[str, Any]:
    name, _, version = path.stem.partition(".v")
    return {"type": name, "schema": int(version), "data": json.loads(path.read_text("utf-8"))}
