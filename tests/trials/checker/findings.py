"""What a check says: the promise that is broken, and where."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Promise(StrEnum):
    """What must hold after every trial."""

    NONE_LOST = "an acknowledged command is in the log, as it was answered"
    NONE_TWICE = "no command takes effect twice"
    REFUSED_ABSENT = "a refused command has no effect"
    ALL_OR_NOTHING = "a command without an answer took effect wholly or not at all"
    NO_STRANGERS = "no effect without a command"
    NO_GAPS = "positions, versions and numbers of facts have no gaps"
    HEARD_ONCE = "each fact is in each subscriber's inbox once and in order"
    SEATS = "never more seats taken than there are, and the line moves in order"
    VIEWS = "a view shows what a replay of the log shows"
    TOLD = "each fact that concerns a person becomes a message to that person"
    MAILS = "each delivery became one mail, and no other mail exists"
    WEBHOOKS = "a partner gets each fact, in order, under the fact's id"
    NOTHING_LEFT = "no fact is parked and no message is a stray"


@dataclass(frozen=True)
class Finding:
    """A broken promise, and what shows it."""

    promise: Promise
    what: str


def differences(found: Mapping[str, object], wanted: Mapping[str, object]) -> Iterable[str]:
    """One sentence for each key under which two mappings differ."""
    for key in sorted({*found, *wanted}):
        if found.get(key) != wanted.get(key):
            yield f"{key}: found {found.get(key)}, wanted {wanted.get(key)}"


def first_difference(found: list[Hashable], wanted: list[Hashable]) -> str | None:
    """Where two lists differ first; None for equal lists."""
    for place, (one, other) in enumerate(zip(found, wanted, strict=False), start=1):
        if one != other:
            return f"at {place} found {one}, wanted {other}"
    if len(found) != len(wanted):
        return f"found {len(found)}, wanted {len(wanted)}"
    return None
