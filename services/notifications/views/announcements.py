"""Announcements, newest first: what was said to whom, and what waits for a second board member. From the own log."""

from __future__ import annotations

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


def apply(recorded: Recorded) -> Applied:
    """One document an announcement: ``{_id, title, text, regions, levels, everywhere, people, above, rules, worth_until,
    by, at, state, revision, waiting: {title, text, by} | None, drafts, approved_by, published, withdrawn_by}``; ``shown`` is true
    from the first publication on, ``drafts`` counts the texts that were written.
    """
    event, at = recorded.event, recorded.at.isoformat(timespec="milliseconds")
    match event:
        case AnnouncementDrafted():
            said = {
                name: getattr(event, name) for name in ("title", "text", "everywhere", "people", "above", "rules", "by")
            }
            lists = {"regions": list(event.regions), "levels": list(event.levels)}
            waiting = {"title": event.title, "text": event.text, "by": event.by}
            fresh = {"state": WAITING, "revision": 0, "waiting": waiting, "approved_by": None, "published": None}
            times = {"at": at, "worth_until": event.worth_until.isoformat()}
            change = said | lists | fresh | times | {"withdrawn_by": None, "shown": False, "drafts": 1}
        case CorrectionDrafted():
            reach = {"people": event.people, "above": event.above, "rules": event.rules}
            waiting = {"title": event.title, "text": event.text, "by": event.by}
            change = {"waiting": waiting, "drafts": increment("drafts"), **reach}
        case AnnouncementApproved():
            change = {"approved_by": event.by}
        case AnnouncementPublished():
            said = {"title": event.title, "text": event.text, "revision": event.revision}
            change = said | {"state": PUBLISHED, "waiting": None, "published": at, "shown": True}
        case AnnouncementWithdrawn():
            change = {"state": WITHDRAWN, "waiting": None, "withdrawn_by": event.by}
        case _:
            return []
    return [Change(recorded.stream_id, change)]


ANNOUNCEMENTS = View("announcements", 2, apply, indexes=([("at", -1)], [("shown", 1), ("at", -1)]))
