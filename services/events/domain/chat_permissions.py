"""The steps that make a chat equal to what is wanted, one at a time, from the log's state and the chat's.

``next_step`` is pure and knows no Telegram but the names of its flags. The executor may be killed between two steps, be
paused in a step, or run twice: the next step is decided anew from log and chat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.events.domain.chat_group import (
    WATCH,
    ChatGroup,
    KeepPermissions,
    RecordLifted,
    RecordRestricted,
    SettleChat,
)


@dataclass(frozen=True, slots=True)
class Record:
    """A command to be taken before any further step, under the version that was looked at."""

    command: KeepPermissions | RecordRestricted | RecordLifted | SettleChat


@dataclass(frozen=True, slots=True)
class Send:
    """The whole set of permissions to be sent to the chat, each flag for itself (``use_independent_chat_permissions``)."""

    permissions: Mapping[str, Any]


def next_step(group: ChatGroup, found: Mapping[str, Any], now: datetime) -> Record | Send | None:
    """The step towards what is wanted, None if no step is left at this moment.

    ``group`` is read from the log first, ``found`` from the chat afterwards. After a refused or stale ``Record`` and
    after a failed ``Send``, read both again and ask for the next step.
    """
    if group.lecture is None:
        return None
    if group.is_restricted(now):
        if group.kept is None:
            return Record(KeepPermissions(group.lecture, json.dumps(dict(found), sort_keys=True)))
        muted = without_posting(json.loads(group.kept))
        if not allow_the_same(found, muted):
            return Send(muted)
        return None if group.made else Record(RecordRestricted(group.lecture))
    if group.kept is None:
        return None
    before = json.loads(group.kept)
    if not allow_the_same(found, before):
        return Send(before)
    if not group.lifted:
        return Record(RecordLifted(group.lecture))
    ended = group.freed or group.until
    return Record(SettleChat(group.lecture)) if ended is not None and now >= ended + WATCH else None


def without_posting(permissions: Mapping[str, Any]) -> dict[str, Any]:
    """The same permissions with nobody posting: all flags of sending are off, other flags stay."""
    return {name: False if _is_posting(name) else value for name, value in permissions.items()}


def allow_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sets allow the same. A missing flag is off."""
    return all(one.get(name, False) == other.get(name, False) for name in {*one, *other})


def _is_posting(flag: str) -> bool:
    # Telegram names new kinds of messages ``can_send_…``; only previews of links have another name.
    return flag.startswith("can_send_") or flag == "can_add_web_page_previews"
