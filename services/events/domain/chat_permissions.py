"""What makes a chat equal to what is wanted of it: one step at a time, from what the log and the chat say.

``next_step`` is pure and knows no Telegram but the names of its flags. Whoever executes it may be killed between any two
steps, be paused in one, or run twice: the step after is decided anew from both.
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
    """What is to be recorded before anything else is done, under the version that was looked at."""

    command: KeepPermissions | RecordRestricted | RecordLifted | SettleChat


@dataclass(frozen=True, slots=True)
class Send:
    """The permissions to be sent to the chat, whole, each flag for itself (``use_independent_chat_permissions``)."""

    permissions: Mapping[str, Any]


def next_step(group: ChatGroup, found: Mapping[str, Any], now: datetime) -> Record | Send | None:
    """What makes the chat equal to what is wanted, or None if nothing is left to do at this moment.

    ``group`` is read from the log first and ``found`` from the chat after it. A ``Record`` that is refused or stale, and
    a ``Send`` that fails, are asked for again with both read anew.
    """
    if group.lecture is None:
        return None
    if group.restricted(now):
        if group.kept is None:
            return Record(KeepPermissions(group.lecture, json.dumps(dict(found), sort_keys=True)))
        muted = restricted(json.loads(group.kept))
        if not same(found, muted):
            return Send(muted)
        return None if group.made else Record(RecordRestricted(group.lecture))
    if group.kept is None:
        return None
    before = json.loads(group.kept)
    if not same(found, before):
        return Send(before)
    if not group.lifted:
        return Record(RecordLifted(group.lecture))
    ended = group.freed or group.until
    return Record(SettleChat(group.lecture)) if ended is not None and now >= ended + WATCH else None


def restricted(permissions: Mapping[str, Any]) -> dict[str, Any]:
    """The same permissions with nobody posting: every flag of sending is off, whatever else there is stays."""
    return {name: False if _is_posting(name) else value for name, value in permissions.items()}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sets allow the same. A flag that is not there is off."""
    return all(one.get(name, False) == other.get(name, False) for name in {*one, *other})


def _is_posting(flag: str) -> bool:
    # Telegram names new kinds of messages ``can_send_…``; previews of links are the one that is not.
    return flag.startswith("can_send_") or flag == "can_add_web_page_previews"
