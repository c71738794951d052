"""An announcement of the board to regions, or to those who work in libraries of a level there. One stream each.

Its text is the community's, not personal: nobody is named in it, and it is stored as it is. What goes to more people than
the rules let one board member reach alone is published when another one has approved it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

WAITING, PUBLISHED, WITHDRAWN = "waiting", "published", "withdrawn"


@dataclass(frozen=True, slots=True)
class Text:
    """What is said."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Audience:
    """To whom: those who belong to ``regions``; with ``levels``, those who work there in libraries of one of them.
    ``everywhere``: the regions are all that there were.
    """

    regions: tuple[str, ...]
    levels: tuple[str, ...]
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """How many that is as far as is known, and above how many the rules (of this version) want a second board member."""

    people: int
    above: int
    rules: int


@dataclass(frozen=True, slots=True)
class Announce(Command):
    """Say this to these, as long as it is worth it."""

    text: Text
    audience: Audience
    reach: Reach
    worth_until: datetime
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Publish(Command):
    """Publish what waits, judged by how many it reaches and the rules as they are now."""

    reach: Reach
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Approve(Command):
    """Another board member stands by the text that they have read, number ``draft``: it is published."""

    draft: int
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Correct(Command):
    """Say it differently. It waits for another board member as the announcement itself did."""

    text: Text
    reach: Reach
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Withdraw(Command):
    """It no longer holds."""

    by: str


@dataclass(frozen=True, slots=True)
class AnnouncementDrafted(Event):
    """It was written, and waits or is published at once."""

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
    """Another text was written for it, and waits or is published at once."""

    title: str
    text: str
    people: int
    above: int
    rules: int
    by: str


@dataclass(frozen=True, slots=True)
class AnnouncementApproved(Event):
    """Another board member stands by what waits."""

    by: str


@dataclass(frozen=True, slots=True)
class AnnouncementPublished(Event):
    """These are told this. ``revision`` is 1 for the announcement and counts its corrections."""

    title: str
    text: str
    regions: tuple[str, ...]
    levels: tuple[str, ...]
    everywhere: bool
    worth_until: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class AnnouncementWithdrawn(Event):
    """It no longer holds. ``revision`` is the last one that was published, 0 where none was."""

    title: str
    regions: tuple[str, ...]
    levels: tuple[str, ...]
    worth_until: datetime
    revision: int
    by: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """An announcement as it stands. ``waiting`` is the text that waits for a second person, ``writer`` whose it is, ``draft``
    its number among all that were written.
    """

    state: str | None = None
    text: Text | None = None
    waiting: Text | None = None
    writer: str = ""
    draft: int = 0
    audience: Audience | None = None
    worth_until: datetime | None = None
    revision: int = 0


def decide(command: Command, state: Announcement) -> Sequence[Event]:
    """Raises ``Refused`` ``announcement-unknown``, ``announcement-withdrawn``, ``announcement-not-waiting``,
    ``announcement-too-late``, ``announcement-to-nobody``, ``second-person-needed``, ``approver-is-another``,
    ``another-text-waits``.
    """
    match command:
        case Announce():
            return _announce(command)
        case Publish():
            _require_waiting(state, command.now)
            if _needs_second(command.reach):
                raise Refused(
                    "second-person-needed",
                    "an announcement to so many is approved by another board member",
                    people=command.reach.people,
                    above=command.reach.above,
                )
            return [_published(state)]
        case Approve():
            _require_waiting(state, command.now)
            if command.by == state.writer:
                raise Refused("approver-is-another", "who wrote it does not approve it")
            if command.draft != state.draft:
                raise Refused("another-text-waits", "it was written differently meanwhile", draft=state.draft)
            return [AnnouncementApproved(command.by), _published(state)]
        case Correct():
            return _correct(command, state)
        case Withdraw():
            _require_standing(state)
            return [_withdrawn(command, state)]
    raise TypeError(command)


def _announce(command: Announce) -> Sequence[Event]:
    if command.worth_until <= command.now:
        raise Refused("announcement-too-late", "it is worth nothing any more when it is sent")
    if not command.audience.regions or command.reach.people == 0:
        raise Refused("announcement-to-nobody", "nobody belongs to whom it is for")
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
    return [drafted] if _needs_second(reach) else [drafted, _published(evolve(Announcement(), drafted))]


def _correct(command: Correct, state: Announcement) -> Sequence[Event]:
    _require_standing(state)
    if state.worth_until is None or state.worth_until <= command.now:
        raise Refused("announcement-too-late", "it is worth nothing any more when it is sent")
    if command.text == (state.waiting or state.text):
        return []
    text, reach = command.text, command.reach
    drafted = CorrectionDrafted(text.title, text.text, reach.people, reach.above, reach.rules, command.by)
    return [drafted] if _needs_second(reach) else [drafted, _published(evolve(state, drafted))]


def _needs_second(reach: Reach) -> bool:
    return reach.people > reach.above


def _require_standing(state: Announcement) -> None:
    if state.state is None:
        raise Refused("announcement-unknown", "there is no such announcement")
    if state.state == WITHDRAWN:
        raise Refused("announcement-withdrawn", "it was withdrawn")


def _require_waiting(state: Announcement, now: datetime) -> None:
    _require_standing(state)
    if state.waiting is None:
        raise Refused("announcement-not-waiting", "it was published already")
    if state.worth_until is not None and state.worth_until <= now:
        raise Refused("announcement-too-late", "it is worth nothing any more when it is sent")


def _published(state: Announcement) -> AnnouncementPublished:
    text, audience, worth_until = state.waiting, state.audience, state.worth_until
    if text is None or audience is None or worth_until is None:
        raise TypeError("only what waits is published")
    return AnnouncementPublished(
        text.title,
        text.text,
        audience.regions,
        audience.levels,
        audience.everywhere,
        worth_until,
        state.revision + 1,
    )


def _withdrawn(command: Withdraw, state: Announcement) -> AnnouncementWithdrawn:
    text, audience, worth_until = state.text or state.waiting, state.audience, state.worth_until
    if text is None or audience is None or worth_until is None:
        raise TypeError("only what was written is withdrawn")
    return AnnouncementWithdrawn(text.title, audience.regions, audience.levels, worth_until, state.revision, command.by)


def evolve(state: Announcement, event: Event) -> Announcement:
    match event:
        case AnnouncementDrafted():
            audience = Audience(event.regions, event.levels, event.everywhere)
            text = Text(event.title, event.text)
            return Announcement(WAITING, None, text, event.by, 1, audience, event.worth_until)
        case CorrectionDrafted():
            return replace(state, waiting=Text(event.title, event.text), writer=event.by, draft=state.draft + 1)
        case AnnouncementPublished():
            text = Text(event.title, event.text)
            return replace(state, state=PUBLISHED, text=text, waiting=None, revision=event.revision)
        case AnnouncementWithdrawn():
            return replace(state, state=WITHDRAWN, waiting=None)
    return state


ANNOUNCEMENT: Decider[Announcement] = Decider("announcement", Announcement(), decide, evolve)
