"""A person's data in a log: every event that names the person or that the person caused, with the person's sealed
fields opened.

Everybody may ask for a copy of their own data. The copy comes from the log and from no view, so no forgotten view can
make the copy incomplete. Texts of other people, sealed under their own keys, stay sealed. (UU PDP 27/2022 art. 7)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.log.log import Commit, EventLog, Stored
from services.kernel.privacy.vault import Vault

COMMITS_AT_ONCE = 2000
_SEALED = re.compile(r"[A-Za-z0-9_-]{38,}={0,2}")
"""The shortest sealed text: a nonce, a tag and one character, as ``vault.seal`` writes them."""


def personal_page(log: EventLog, vault: Vault, ids: Sequence[str], after: int) -> dict[str, Any]:
    """The person's events among the next ``COMMITS_AT_ONCE`` commits after a position, and the position for the next
    page (None at the end).

    ``{events: [{position, at, stream, type, data}], next}``; ``ids`` are all ids of one person.
    """
    wanted = frozenset(ids)
    commits = log.read(after, COMMITS_AT_ONCE)
    events = [
        {
            "position": commit.position,
            "at": commit.at.isoformat(),
            "stream": commit.stream,
            "type": stored.type,
            "data": _opened(vault, ids, stored.data),
        }
        for commit in commits
        for stored in commit.events
        if _concerns(commit, stored, wanted)
    ]
    more = len(commits) == COMMITS_AT_ONCE
    return {"events": events, "next": commits[-1].position if more else None}


def _concerns(commit: Commit, stored: Stored, ids: frozenset[str]) -> bool:
    return (
        commit.meta.actor in ids
        or (commit.stream or "").partition("-")[2] in ids
        or not ids.isdisjoint(_texts(stored.data))
    )


def _texts(value: Any) -> set[str]:
    match value:
        case str():
            return {value}
        case Mapping():
            return set(value).union(*map(_texts, value.values()))
        case list() | tuple():
            return set().union(*map(_texts, value))
        case _:
            return set()


def _opened(vault: Vault, ids: Sequence[str], value: Any) -> Any:
    match value:
        case str() if _SEALED.fullmatch(value):
            found = (text for identity in ids if (text := vault.open(identity, value)) is not None)
            return next(found, value)
        case Mapping():
            return {name: _opened(vault, ids, each) for name, each in value.items()}
        case list() | tuple():
            return [_opened(vault, ids, each) for each in value]
        case _:
            return value
