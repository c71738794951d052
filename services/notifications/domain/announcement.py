"""An announcement of the board to regions, or to the people who work in libraries of a level there. One stream each.

The text is the community's and not personal: the text names nobody, and is stored as it is. The rules say how many people one
board member may reach alone; an announcement to more people is published when another board member has approved it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

WAITING, PUBLISHED, WITHDRAWN = "waiting", "published", "withdrawn"


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Audience:
    """The members of ``regions``; with ``levels``, the people who work in the regions' libraries of these levels.
    ``everywhere``: the regions are all that existed.
    """

    regions: tuple[str, ...]
    levels: tuple[str, ...]
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """The number of people in an audience. To more than ``above`` people version ``rules`` of the rules wants a second board
    member.
    """

    people: int
    above: int
    rules: int

    @property
    def needs_second(self) -> bool:
        return self.people > self.above


@dataclass(frozen=True, slots=True)
class Announce(Command):
    """Send a text to an audience; from ``worth_until`` on the text is not sent any more."""

    text: Text
    audience: Audience
    reach: Reach
    worth_until: datetime
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Publish(Command):
    """Publish the text that waits, if the present rules let one board member reach the present audience alone."""

    reach: Reach
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Approve(Command):
    """Publish the text that waits, as another board member than its writer. ``draft`` is the number of the text that was read."""

    draft: int
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Correct(Command):
    """Replace the text. The new text waits for another board member under the same rule as an announcement."""

    text: Text
    reach: Reach
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Withdraw(Command):
    by: str


AnnouncementCommand: TypeAlias = Announce | Publish | Approve | Correct | Withdraw


@dataclass(frozen=True, slots=True)
class AnnouncementDrafted(Event):
    """The first text was written. ``AnnouncementPublished`` follows at once, or when the text is approved."""

    title: str
    text: str
    regions: tuple[str, ...]
    levels: tuple[str, ...]
    everywhere: bool
    people: int
    above: int
    rules: int
    worth_until: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CorrectionDrafted(Event):
    """Another text was written. ``AnnouncementPublished`` follows at once, or when the text is approved."""

    title: str
    text: str
    people: int
    above: int
    rules: int
    by: str


@dataclass(frozen=True, slots=True)
class AnnouncementApproved(Event):
    """Another board member has approved the text that waits."""

    by: str


@dataclass(frozen=True, slots=True)
class AnnouncementPublished(Event):
    """The audience is told the text. ``revision`` is 1 for the announcement and counts its corrections."""

    title: str
    text: str
    regions: tuple[str, ...]
    levels: tuple[str, ...]
    everywhere: bool
    worth_until: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class AnnouncementWithdrawn(Event):
    """``revision`` is the last published revision, 0 before the first publication."""

    title: str
    regions: tuple[str, ...]
    levels: tuple[str, ...]
    worth_until: datetime
    revision: int
    by: str


AnnouncementEvent: TypeAlias = (
    AnnouncementDrafted | CorrectionDrafted | AnnouncementApproved | AnnouncementPublished | AnnouncementWithdrawn
)


@dataclass(frozen=True, slots=True)
class Announcement:
    """``text`` is the text that was published last, ``waiting`` a text that waits for a second board member. ``writer`` wrote the
    latest text, and ``draft`` is its number among all texts.
    """

    state: str
    audience: Audience
    worth_until: datetime
    waiting: Text | None
    writer: str
    draft: int = 1
    text: Text | None = None
    revision: int = 0


def decide(command: AnnouncementCommand, state: Announcement | None) -> Sequence[Event]:
    """Raises ``Refused`` ``announcement-unknown``, ``announcement-withdrawn``, ``announcement-not-waiting``,
    ``announcement-too-late``, ``announcement-to-nobody``, ``second-person-needed``, ``approver-is-another``,
    ``another-text-waits``.
    """
    match command:
        case Announce():
            return _announce(command)
        case Publish(reach=reach, now=now):
            return [_publish(state, reach, now)]
        case Approve():
            return [AnnouncementApproved(command.by), _approve(command, state)]
        case Correct():
            return _correct(command, _standing(state))
        case Withdraw(by=by):
            return [_withdrawn(_standing(state), by)]
        case _:
            assert_never(command)


def _announce(command: Announce) -> Sequence[Event]:
    if command.worth_until <= command.now:
        raise Refused("announcement-too-late", "The announcement would no longer be worth sending when it is sent.")
    if not command.audience.regions or command.reach.people == 0:
        raise Refused("announcement-to-nobody", "The announcement would reach nobody.")
    text, audience, reach = command.text, command.audience, command.reach
    drafted = AnnouncementDrafted(
        title=text.title,
        text=text.text,
        regions=audience.regions,
        levels=audience.levels,
        everywhere=audience.everywhere,
        people=reach.people,
        above=reach.above,
        rules=reach.rules,
        worth_until=command.worth_until,
        by=command.by,
    )
    return [drafted] if reach.needs_second else [drafted, _published(_drafted(drafted), text)]


def _publish(state: Announcement | None, reach: Reach, now: datetime) -> AnnouncementPublished:
    announcement, text = _waiting(state, now)
    if reach.needs_second:
        raise Refused(
            "second-person-needed",
            "An announcement to so many people must be approved by another member of the board.",
            people=reach.people,
            above=reach.above,
        )
    return _published(announcement, text)


def _approve(command: Approve, state: Announcement | None) -> AnnouncementPublished:
    announcement, text = _waiting(state, command.now)
    if command.by == announcement.writer:
        raise Refused(
            "approver-is-another", "The author cannot approve the announcement; another member of the board must."
        )
    if command.draft != announcement.draft:
        raise Refused(
            "another-text-waits",
            "The text has changed since it was read; read the new text before approving it.",
            draft=announcement.draft,
        )
    return _published(announcement, text)


def _correct(command: Correct, announcement: Announcement) -> Sequence[Event]:
    _require_time(announcement, command.now)
    text, reach = command.text, command.reach
    if text == (announcement.waiting or announcement.text):
        return []
    drafted = CorrectionDrafted(text.title, text.text, reach.people, reach.above, reach.rules, command.by)
    return [drafted] if reach.needs_second else [drafted, _published(announcement, text)]


def _standing(state: Announcement | None) -> Announcement:
    """The announcement. Raises ``Refused`` for one that does not exist or was withdrawn."""
    if state is None:
        raise Refused("announcement-unknown", "There is no such announcement.")
    if state.state == WITHDRAWN:
        raise Refused("announcement-withdrawn", "The announcement was withdrawn.")
    return state


def _waiting(state: Announcement | None, now: datetime) -> tuple[Announcement, Text]:
    """The announcement and the text that waits. Raises ``Refused`` where no text waits, or the time is over."""
    announcement = _standing(state)
    if announcement.waiting is None:
        raise Refused("announcement-not-waiting", "The announcement is published already; nothing waits for approval.")
    _require_time(announcement, now)
    return announcement, announcement.waiting


def _require_time(announcement: Announcement, now: datetime) -> None:
    if announcement.worth_until <= now:
        raise Refused("announcement-too-late", "The announcement would no longer be worth sending when it is sent.")


def _published(announcement: Announcement, text: Text) -> AnnouncementPublished:
    audience = announcement.audience
    return AnnouncementPublished(
        text.title,
        text.text,
        audience.regions,
        audience.levels,
        audience.everywhere,
        announcement.worth_until,
        announcement.revision + 1,
    )


def _withdrawn(announcement: Announcement, by: str) -> AnnouncementWithdrawn:
    text, audience = announcement.text or announcement.waiting, announcement.audience
    assert text is not None  # a text is published or waits until the announcement is withdrawn
    return AnnouncementWithdrawn(
        text.title, audience.regions, audience.levels, announcement.worth_until, announcement.revision, by
    )


def _drafted(event: AnnouncementDrafted) -> Announcement:
    audience = Audience(event.regions, event.levels, event.everywhere)
    return Announcement(WAITING, audience, event.worth_until, Text(event.title, event.text), event.by)


def evolve(state: Announcement | None, event: AnnouncementEvent) -> Announcement:
    if isinstance(event, AnnouncementDrafted):
        return _drafted(event)
    assert state is not None
    match event:
        case CorrectionDrafted():
            return replace(state, waiting=Text(event.title, event.text), writer=event.by, draft=state.draft + 1)
        case AnnouncementApproved():
            return state
        case AnnouncementPublished():
            text = Text(event.title, event.text)
            return replace(state, state=PUBLISHED, text=text, waiting=None, revision=event.revision)
        case AnnouncementWithdrawn():
            return replace(state, state=WITHDRAWN, waiting=None)
        case _:
            assert_never(event)


ANNOUNCEMENT: Decider[Announcement | None] = Decider("announcement", None, decide, evolve)
