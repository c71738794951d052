"""A fact on the wire: CloudEvents 1.0, structured mode, the same canonical JSON on the bus, in the feed and in
webhooks.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md; ``sequence`` is the CloudEvents
extension of that name; ``epoch``, ``region`` and ``correlationid`` are this platform's extensions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bson import BSON
from bson.errors import BSONError

from services.kernel.base.message import Fact

CONTENT_TYPE = "application/cloudevents+json"
EXCHANGE = "jejaring.events"
SEQUENCE_DIGITS = 20
MAXIMUM_BYTES = 2_000_000
"""A fact stands in a commit of at most 1 MB."""
MAXIMUM_DEPTH = 64
"""MongoDB refuses documents that are nested deeper than about 100."""
_TYPE = re.compile(r"id\.jejaring\.(?P<service>[a-z][a-z-]*)\.(?P<type>[a-z][a-z0-9-]*)\.v(?P<version>[1-9]\d*)")


class InvalidEnvelope(ValueError):
    """The document is not an envelope of this platform; the message says which part is wrong."""


def routing_key(fact: Fact) -> str:
    """The topic under which a fact is published: ``members.member-joined``."""
    return f"{fact.source}.{fact.type}"


def envelope(fact: Fact, community_host: str) -> dict[str, Any]:
    """The envelope of a fact. ``community_host`` is fixed for the life of an epoch."""
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": fact.id,
        "source": f"https://{community_host}/{fact.source}",
        "type": f"id.jejaring.{fact.source}.{fact.type}.v{fact.version}",
        "subject": fact.subject,
        "time": fact.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "sequence": str(fact.n).zfill(SEQUENCE_DIGITS),
        "epoch": fact.epoch,
        "correlationid": fact.correlation,
        "data": fact.data,
    }
    if fact.region is not None:
        document["region"] = fact.region
    return document


def canonical(document: Mapping[str, Any]) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. The bytes of a fact are the same wherever the fact is sent."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parsed(body: bytes | str) -> dict[str, Any]:
    """The envelope in a message's body. Raises ``InvalidEnvelope`` if the body is not JSON, if ``checked`` refuses the
    document, or if the database could not store the document.
    """
    if len(body) > MAXIMUM_BYTES:
        raise InvalidEnvelope(f"over {MAXIMUM_BYTES} bytes")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidEnvelope("not JSON") from error
    checked(document)
    if _is_deeper(document, MAXIMUM_DEPTH):
        raise InvalidEnvelope(f"nested deeper than {MAXIMUM_DEPTH}")
    try:
        BSON.encode(document)
    except (BSONError, OverflowError, UnicodeEncodeError) as error:
        raise InvalidEnvelope(f"cannot be stored: {type(error).__name__}") from error
    return dict(document)


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether lists and objects are nested deeper than ``depth``. Level by level, without recursion."""
    level = [value]
    for _ in range(depth + 1):
        level = [
            part
            for outer in level
            if isinstance(outer, dict | list)
            for part in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def checked(document: Any) -> dict[str, Any]:
    """The document, if the document is an envelope. Checks only what the inbox needs; the reader of ``data`` checks
    ``data``.

    Raises ``InvalidEnvelope``.
    """
    if not isinstance(document, dict):
        raise InvalidEnvelope("not an object")
    for name in ("specversion", "id", "source", "type", "subject", "time", "sequence", "epoch"):
        if not isinstance(document.get(name), str) or not document[name]:
            raise InvalidEnvelope(f"no {name}")
    if document["specversion"] != "1.0":
        raise InvalidEnvelope("not CloudEvents 1.0")
    sequence = document["sequence"]
    if len(sequence) != SEQUENCE_DIGITS or not sequence.isdecimal() or int(sequence) < 1:
        raise InvalidEnvelope("the sequence is not a number of 20 digits")
    match = _TYPE.fullmatch(document["type"])
    if match is None or not document["source"].endswith(f"/{match['service']}"):
        raise InvalidEnvelope("the type is not one of ours")
    try:
        datetime.fromisoformat(document["time"])
    except ValueError as error:
        raise InvalidEnvelope("the time is not RFC 3339") from error
    return document


def fact_of(document: Mapping[str, Any], position: int = 0) -> Fact:
    """The fact in an envelope that ``checked`` has accepted."""
    match = _TYPE.fullmatch(document["type"])
    if match is None:
        raise InvalidEnvelope("the type is not one of ours")
    return Fact(
        source=match["service"],
        epoch=document["epoch"],
        n=int(document["sequence"]),
        id=document["id"],
        type=match["type"],
        version=int(match["version"]),
        subject=document["subject"],
        region=document.get("region"),
        at=datetime.fromisoformat(document["time"]),
        data=document.get("data") or {},
        correlation=document.get("correlationid", ""),
        position=position,
    )
