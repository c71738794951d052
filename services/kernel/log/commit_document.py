"""A commit ⇄ its document in ``commits``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.kernel.base.message import Fact, Metadata
from services.kernel.log.log import Append, Commit, Stored


def as_document(append: Append, events: Sequence[Stored], recorded: datetime) -> dict[str, Any]:
    """The document of an append, without position and fact numbers, which only the writer knows.

    Times are cut to milliseconds, as BSON keeps them, so that a returned commit equals the same commit when read later.
    """
    document: dict[str, Any] = {
        "command_id": append.command_id,
        "at": _milliseconds(append.at),
        "recorded": _milliseconds(recorded),
        "meta": asdict(append.meta),
        "request": append.request,
        "answer": dict(append.answer),
        "events": [
            {"version": event.version, "id": event.id, "type": event.type, "schema": event.schema, "data": event.data}
            for event in events
        ],
        "facts": [
            {
                "event": draft.event,
                "type": draft.type,
                "version": draft.version,
                "subject": draft.subject,
                "region": draft.region,
                "data": dict(draft.data),
            }
            for draft in append.facts
        ],
    }
    if append.refused is not None:
        document["refused"] = append.refused
    if append.stream is not None:
        document["stream"] = append.stream
    return document


def as_commit(document: Mapping[str, Any], source: str, epoch_of: Callable[[int], str]) -> Commit:
    """The commit in a document. ``epoch_of(n)`` is the epoch of fact ``n``."""
    at = document["at"]
    meta = Metadata(**document["meta"])
    events = document["events"]
    return Commit(
        position=document["_id"],
        command_id=document["command_id"],
        at=at,
        recorded=document["recorded"],
        meta=meta,
        request=document["request"],
        answer=document["answer"],
        refused=document.get("refused"),
        stream=document.get("stream"),
        version=events[-1]["version"] if events else 0,
        events=tuple(
            Stored(index, event["version"], event["id"], event["type"], event["schema"], event["data"])
            for index, event in enumerate(events)
        ),
        facts=tuple(
            Fact(
                source=source,
                epoch=epoch_of(fact["n"]),
                n=fact["n"],
                id=fact["event"],
                type=fact["type"],
                version=fact["version"],
                subject=fact["subject"],
                region=fact["region"],
                at=at,
                data=fact["data"],
                correlation=meta.correlation,
            )
            for fact in document["facts"]
        ),
        last_fact=document["last_fact"],
    )


def same_append(standing: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether the stored commit is the sent append: same event ids, or the same refusal to the millisecond."""
    if standing["command_id"] != sent["command_id"]:
        return False
    ids = [[event["id"] for event in document["events"]] for document in (standing, sent)]
    if any(ids):
        return ids[0] == ids[1]
    return all(standing.get(name) == sent.get(name) for name in ("request", "refused", "recorded"))


def _milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
