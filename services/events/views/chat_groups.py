"""The groups in whose chats lectures are held. Key: the group.

``{name, channel, chat, region, watched, restricted, lecture, until, version}``

``watched`` while a reconciler has to look at the chat: from the wish to restrict it until it has settled. ``restricted``
says what is wanted, ``lecture`` by which.
"""

from __future__ import annotations

from typing import Any

from services.events.domain.chat_group import (
    ChatGroupRegistered,
    ChatSettled,
    FreedomWanted,
    RestrictionWanted,
)
from services.kernel.base.message import Event, Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
        case ChatGroupRegistered():
            known = {"name": event.name, "channel": event.channel, "chat": event.chat, "region": event.region}
            return {**known, "watched": False, "restricted": False, "lecture": None, "until": None}
        case RestrictionWanted():
            wanted = {"lecture": event.lecture, "until": moment(event.until)}
            return {**wanted, "watched": True, "restricted": True}
        case FreedomWanted():
            return {"restricted": False, "watched": event.touched}
        case ChatSettled():
            return {"restricted": False, "watched": False, "lecture": None, "until": None}
    return None


CHAT_GROUPS = View(name="chat_groups", version=1, apply=apply, indexes=([("watched", 1)], [("chat", 1)]))
