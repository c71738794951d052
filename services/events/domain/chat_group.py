"""ChatGroup: who may post in a group's chat while a lecture is held there, and that it is as before afterwards (R17, R26).

The aggregate decides what is *wanted*: free, or restricted by one lecture until a moment. A reconciler elsewhere makes
the chat equal to it, step by step (``chat_permissions.next_step``): the permissions that it finds are recorded once,
before the first restriction, and nothing replaces them until the chat has been as before for ``WATCH``. So neither a
restart in the middle, which finds the restricted set, nor a process that was paused and restricts after the end, leaves a
group muted.
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
    """``chat`` is Telegram's id of the chat; a group on WhatsApp has none that we could use."""

    name: str
    channel: str
    chat: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class BookChat(Command):
    """A lecture wants the chat from its start to its end, or at other times than before."""

    lecture: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class ReleaseChat(Command):
    """The lecture is not held there after all."""

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
    """The lecture has been closed, or its time is over."""

    lecture: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeepPermissions(Command):
    """What the chat allows before it is restricted: the JSON text of the object, as it was read."""

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
    """Takes the place of what the same lecture had booked before."""

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
    """``touched``: permissions were found, so the chat may have been restricted and is looked at until it settles."""

    lecture: str
    at: datetime
    touched: bool


@dataclass(frozen=True, slots=True)
class PermissionsFound(Event):
    """``permissions`` is the JSON text of the object, with every flag that the chat had, known to us or not."""

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
    """A group. ``lecture`` is the lecture that restricts the chat, or did last and has not settled; ``until`` its deadline,
    ``freed`` when freedom was wanted again, ``kept`` the permissions that belong to the chat, ``made`` and ``lifted``
    what the reconciler saw.
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

    def restricted(self, at: datetime) -> bool:
        """Whether the chat is to be restricted at this moment; the deadline holds whether or not anybody says so."""
        return self.until is not None and self.freed is None and at < self.until


def decide(command: ChatGroupCommand, group: ChatGroup | None) -> Sequence[Event]:
    """What follows. Raises ``Refused`` and, for a group that nobody registered, ``NotFound``."""
    if isinstance(command, RegisterChatGroup):
        return _register(command, group)
    if group is None:
        raise NotFound
    if isinstance(command, Observation):
        # Whoever was slow speaks of a lecture that is over: what was seen then says nothing about now.
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
            # ``kept`` stays: while the former lecture has not settled, what it found is what belongs to the chat.
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
    if group.lecture is not None and group.restricted(command.at):
        raise _taken(group.lecture)
    return [RestrictionWanted(command.lecture, command.until)]


def _observed(command: Observation, group: ChatGroup) -> Sequence[Event]:
    match command:
        case KeepPermissions(lecture=lecture):
            # Once only: whoever comes later may have read the restricted set.
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
    return Refused("chat-is-taken", "Another lecture is held in this chat at that time.", lecture=lecture)
