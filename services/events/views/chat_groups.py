"""The groups in whose chats lectures are held."""

from __future__ import annotations

from dataclasses import dataclass

from services.events.domain.chat_group import (
    ChatGroupRegistered,
    ChatSettled,
    FreedomWanted,
    RestrictionWanted,
)
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View


@dataclass(frozen=True)
class ChatGroupRow:
    """``watched`` while a reconciler has to look at the chat: from the wish to restrict the chat until the chat has settled.
    ``restricted`` says what is wanted, ``lecture`` which lecture wants it, ``until`` the moment at which that ends.
    """

    group: str
    name: str
    channel: str
    chat: str | None
    region: str | None
    watched: bool
    restricted: bool
    lecture: str | None
    until: str | None
    version: int


def apply(recorded: Recorded) -> Applied:
    group, version = recorded.stream_id, recorded.version
    match recorded.event:
        case ChatGroupRegistered() as event:
            row = ChatGroupRow(
                group=group,
                name=event.name,
                channel=event.channel,
                chat=event.chat,
                region=event.region,
                watched=False,
                restricted=False,
                lecture=None,
                until=None,
                version=version,
            )
            return [Change.put(row)]
        case RestrictionWanted() as event:
            wanted = {"lecture": event.lecture, "until": moment(event.until), "watched": True, "restricted": True}
            return [Change(group, {**wanted, "version": version})]
        case FreedomWanted(touched=touched):
            return [Change(group, {"restricted": False, "watched": touched, "version": version})]
        case ChatSettled():
            settled = {"restricted": False, "watched": False, "lecture": None, "until": None}
            return [Change(group, {**settled, "version": version})]
    return []


CHAT_GROUPS = View(
    name="chat_groups", version=1, row=ChatGroupRow, apply=apply, indexes=([("watched", 1)], [("chat", 1)])
)
