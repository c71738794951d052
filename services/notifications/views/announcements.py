"""The list of announcements with audiences and texts, also texts that wait for a second board member."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View, increment
from services.notifications.domain.announcement import (
    PUBLISHED,
    WAITING,
    WITHDRAWN,
    AnnouncementApproved,
    AnnouncementDrafted,
    AnnouncementPublished,
    AnnouncementWithdrawn,
    CorrectionDrafted,
)


@dataclass(frozen=True)
class WaitingRow:
    """A text that waits for a second board member; ``by`` wrote it."""

    title: str
    text: str
    by: str


@dataclass(frozen=True)
class AnnouncementRow:
    """``state`` is waiting, published or withdrawn. ``people``, ``above`` and ``rules`` are those of the latest text. Times are RFC 3339.

    ``shown`` is true from the first publication on. ``drafts`` counts the written texts, ``revision`` the published texts.
    """

    announcement: str
    title: str
    text: str
    regions: tuple[str, ...]
    levels: tuple[str, ...]
    everywhere: bool
    people: int
    above: int
    rules: int
    worth_until: str
    by: str
    at: str
    state: str
    revision: int
    waiting: WaitingRow | None
    drafts: int
    approved_by: str | None
    published: str | None
    withdrawn_by: str | None
    shown: bool


def apply(recorded: Recorded) -> Applied:
    announcement, at = recorded.stream_id, recorded.at.isoformat(timespec="milliseconds")
    match recorded.event:
        case AnnouncementDrafted() as event:
            return [Change.put(_drafted(announcement, event, at))]
        case CorrectionDrafted() as event:
            waiting = WaitingRow(event.title, event.text, event.by)
            reach = {"people": event.people, "above": event.above, "rules": event.rules}
            return [Change(announcement, {"waiting": waiting, "drafts": increment("drafts"), **reach})]
        case AnnouncementApproved(by=by):
            return [Change(announcement, {"approved_by": by})]
        case AnnouncementPublished() as event:
            text = {"title": event.title, "text": event.text, "revision": event.revision}
            state = {"state": PUBLISHED, "waiting": None, "published": at, "shown": True}
            return [Change(announcement, {**text, **state})]
        case AnnouncementWithdrawn(by=by):
            return [Change(announcement, {"state": WITHDRAWN, "waiting": None, "withdrawn_by": by})]
    return []


def _drafted(announcement: str, event: AnnouncementDrafted, at: str) -> AnnouncementRow:
    return AnnouncementRow(
        announcement=announcement,
        title=event.title,
        text=event.text,
        regions=event.regions,
        levels=event.levels,
        everywhere=event.everywhere,
        people=event.people,
        above=event.above,
        rules=event.rules,
        worth_until=event.worth_until.isoformat(),
        by=event.by,
        at=at,
        state=WAITING,
        revision=0,
        waiting=WaitingRow(event.title, event.text, event.by),
        drafts=1,
        approved_by=None,
        published=None,
        withdrawn_by=None,
        shown=False,
    )


ANNOUNCEMENTS = View(
    name="announcements",
    version=2,
    row=AnnouncementRow,
    apply=apply,
    indexes=([("at", -1)], [("shown", 1), ("at", -1)]),
)
