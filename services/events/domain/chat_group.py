"""ChatGroup: who may post in a group's chat during a lecture; afterwards the chat is as before (R17, R26).

The aggregate decides what is *wanted*: free, or restricted by one lecture until a moment. The reconciler makes the chat
follow, step by step (``chat_permissions.next_step``). The permissions found are recorded once, before the first
restriction, and nothing replaces the record until the chat has been as before for ``WATCH``. So no group stays muted:
neither after a restart in the middle, which finds the restricted set, nor after a paused process that restricts the
chat when the lecture is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

TELEGRAM = "telegram"
WHATSAPP = "whatsapp"

EARLY = timedelta(minutes=15)
"""How long before its start a lecture may be opened."""
GRACE = timedelta(minutes=15)
"""How long after its end a lecture that nobody closes may go on; then the chat is free by itself."""
WATCH = timedelta(minutes=10)
"""How long after its end a chat is still looked at: a process that was paused may restrict it once more."""
APART = EARLY + GRACE + WATCH


@dataclass(frozen=True, slots=True)
class RegisterChatGroup(Command):
    """``chat`` is Telegram's id of the chat, None for a group on WhatsApp."""

    name: str
    channel: str
    chat: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class BookChat(Command):
    """A lecture wants the chat from its start to its end; a second booking moves the first."""

    lecture: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class ReleaseChat(Command):
    """The lecture is not held in the chat after all."""

    lecture: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WantRestricted(Command):
    """The lecture has been opened. ``until`` is when the chat is free again at the latest."""

    lecture: str
    until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class WantFree(Command):
    """The lecture was closed, or its time is over."""

    lecture: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeepPermissions(Command):
    """``permissions`` is what the chat allows before the restriction: the JSON text of the object, as read."""

    lecture: str
    permissions: str


@dataclass(frozen=True, slots=True)
class RecordRestricted(Command):
    lecture: str


@dataclass(frozen=True, slots=True)
class RecordLifted(Command):
    lecture: str


@dataclass(frozen=True, slots=True)
class SettleChat(Command):
    lecture: str


Wish = BookChat | ReleaseChat | WantRestricted | WantFree
Observation = KeepPermissions | RecordRestricted | RecordLifted | SettleChat
ChatGroupCommand = RegisterChatGroup | Wish | Observation


@dataclass(frozen=True, slots=True)
class ChatGroupRegistered(Event):
    name: str
    channel: str
    chat: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class ChatBooked(Event):
    """Replaces the lecture's former booking."""

    lecture: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class ChatReleased(Event):
    lecture: str


@dataclass(frozen=True, slots=True)
class RestrictionWanted(Event):
    lecture: str
    until: datetime


@dataclass(frozen=True, slots=True)
class FreedomWanted(Event):
    """``touched``: permissions were recorded, so the chat may be restricted and is watched until the chat settles."""

    lecture: str
    at: datetime
    touched: bool


@dataclass(frozen=True, slots=True)
class PermissionsFound(Event):
    """``permissions`` is the JSON text of the object, with all flags of the chat, known to us or not."""

    lecture: str
    permissions: str


@dataclass(frozen=True, slots=True)
class RestrictionMade(Event):
    lecture: str


@dataclass(frozen=True, slots=True)
class RestrictionLifted(Event):
    lecture: str


@dataclass(frozen=True, slots=True)
class ChatSettled(Event):
    lecture: str


Booking = ChatGroupRegistered | ChatBooked | ChatReleased
Restriction = RestrictionWanted | FreedomWanted | PermissionsFound | RestrictionMade | RestrictionLifted | ChatSettled
ChatGroupEvent = Booking | Restriction


@dataclass(frozen=True, slots=True)
class ChatGroup:
    """``lecture`` restricts the chat, or did last and has not settled; ``until`` is its deadline, ``freed`` when
    freedom was wanted again, ``kept`` the permissions that belong to the chat; ``made`` and ``lifted`` are the
    reconciler's observations.
    """

    name: str
    channel: str
    chat: str | None
    region: str | None
    bookings: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    lecture: str | None = None
    until: datetime | None = None
    freed: datetime | None = None
    kept: str | None = None
    made: bool = False
    lifted: bool = False

    def is_restricted(self, at: datetime) -> bool:
        """Whether the chat is to be restricted at this moment; the deadline holds even if nobody closes the lecture."""
        return self.until is not None and self.freed is None and at < self.until


def decide(command: ChatGroupCommand, group: ChatGroup | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown group."""
    if isinstance(command, RegisterChatGroup):
        return _register(command, group)
    if group is None:
        raise NotFound
    if isinstance(command, Observation):
        # A slow observer reports on a lecture that is over: the report says nothing about the chat now.
        return _observed(command, group) if command.lecture == group.lecture else []
    match command:
        case BookChat():
            return _book(command, group)
        case ReleaseChat(lecture=lecture):
            return [*([ChatReleased(lecture)] if lecture in group.bookings else []), *_free(lecture, command.at, group)]
        case WantRestricted():
            return _restrict(command, group)
        case WantFree(lecture=lecture):
            return _free(lecture, command.at, group)
        case _:
            assert_never(command)


def evolve(group: ChatGroup | None, event: ChatGroupEvent) -> ChatGroup:
    """The group after an event."""
    if isinstance(event, ChatGroupRegistered):
        return ChatGroup(event.name, event.channel, event.chat, event.region)
    assert group is not None  # a group's first event is ChatGroupRegistered
    match event:
        case ChatBooked(lecture=lecture):
            return replace(group, bookings={**group.bookings, lecture: (event.starts, event.ends)})
        case ChatReleased(lecture=lecture):
            return replace(group, bookings={each: times for each, times in group.bookings.items() if each != lecture})
        case RestrictionWanted():
            # ``kept`` stays: until the former lecture has settled, its permissions are those that belong to the chat.
            return replace(group, lecture=event.lecture, until=event.until, freed=None, made=False, lifted=False)
        case FreedomWanted(at=at):
            return replace(group, freed=at) if event.touched else _settled(group)
        case PermissionsFound(permissions=permissions):
            return replace(group, kept=permissions)
        case RestrictionMade():
            return replace(group, made=True)
        case RestrictionLifted():
            return replace(group, lifted=True)
        case ChatSettled():
            return _settled(group)
        case _:
            assert_never(event)


CHAT_GROUP: Decider[ChatGroup | None] = Decider("chat", None, decide, evolve)


def _register(command: RegisterChatGroup, group: ChatGroup | None) -> Sequence[Event]:
    wanted = (command.name, command.channel, command.chat, command.region)
    if group is None:
        return [ChatGroupRegistered(*wanted)]
    if wanted == (group.name, group.channel, group.chat, group.region):
        return []
    raise Refused("chat-is-registered", "This chat is registered already.", name=group.name)


def _book(command: BookChat, group: ChatGroup) -> Sequence[Event]:
    if group.bookings.get(command.lecture) == (command.starts, command.ends):
        return []
    for lecture, (starts, ends) in group.bookings.items():
        apart = command.starts - ends >= APART or starts - command.ends >= APART
        if lecture != command.lecture and not apart:
            raise _taken(lecture)
    return [ChatBooked(command.lecture, command.starts, command.ends)]


def _restrict(command: WantRestricted, group: ChatGroup) -> Sequence[Event]:
    if group.lecture == command.lecture:
        return []
    if group.lecture is not None and group.is_restricted(command.at):
        raise _taken(group.lecture)
    return [RestrictionWanted(command.lecture, command.until)]


def _observed(command: Observation, group: ChatGroup) -> Sequence[Event]:
    match command:
        case KeepPermissions(lecture=lecture):
            # Once only: a later observer may have read the restricted set.
            first = group.kept is None and group.freed is None
            return [PermissionsFound(lecture, command.permissions)] if first else []
        case RecordRestricted(lecture=lecture):
            return [RestrictionMade(lecture)] if group.kept is not None and not group.made else []
        case RecordLifted(lecture=lecture):
            return [RestrictionLifted(lecture)] if group.kept is not None and not group.lifted else []
        case SettleChat(lecture=lecture):
            return [ChatSettled(lecture)] if group.lifted else []
        case _:
            assert_never(command)


def _free(lecture: str, at: datetime, group: ChatGroup) -> Sequence[Event]:
    if lecture != group.lecture or group.freed is not None:
        return []
    return [FreedomWanted(lecture, at, touched=group.kept is not None)]


def _settled(group: ChatGroup) -> ChatGroup:
    return replace(group, lecture=None, until=None, freed=None, kept=None, made=False, lifted=False)


def _taken(lecture: str) -> Refused:
    return Refused("chat-is-taken", "Another lecture is planned in this chat at that time.", lecture=lecture)
