"""The list of all facts that leave the community.

A fact that is not listed stays inside, so a new fact stays inside until its authors decide here. Listed facts are the base of
partners' programs: activities with places and times, the stages of libraries, offices and their holders. Facts name people
by id only.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

PUBLIC: frozenset[str] = frozenset(
    {
        *("members.region-opened", "members.member-joined", "members.member-changed", "members.member-erased"),
        *("members.office-assumed", "members.office-vacated", "members.stand-in-named", "members.stand-in-ended"),
        *("members.rules-changed", "members.library-registered", "members.library-interest-changed"),
        *("members.affiliation-started", "members.affiliation-ended", "members.framework-adopted"),
        *("events.topic-raised", "events.topic-joined", "events.topic-endorsed", "events.topic-decided"),
        *("events.topic-discussed", "events.topic-answered"),
        *("events.activity-published", "events.activity-rescheduled", "events.activity-cancelled"),
        *("events.activity-completed", "events.venue-added", "events.venue-asked", "events.venue-confirmed"),
        *("events.venue-declined", "events.seat-taken", "events.seat-lined", "events.seat-promoted"),
        *("events.seat-released", "events.attendance-recorded", "events.problem-captured"),
        *("events.problem-became-topic", "events.material-published", "events.certificate-issued"),
        *("events.certificate-revoked", "events.poll-opened", "events.poll-agreed"),
        *("events.lecture-announced", "events.lecture-opened", "events.lecture-closed", "events.lecture-archived"),
        *("mentoring.mentorship-opened", "mentoring.mentor-assigned", "mentoring.readiness-assessed"),
        *("mentoring.library-piloted", "mentoring.stage-passed", "mentoring.library-live"),
        *("mentoring.evidence-recorded", "mentoring.blocker-raised", "mentoring.blocker-cleared"),
        *("mentoring.library-smooth-proposed", "mentoring.library-smooth", "mentoring.library-regressed"),
        *("mentoring.mentorship-closed", "mentoring.report-released"),
        *("notifications.announcement-published", "notifications.partner-joined"),
    }
)

INTERNAL_FACTS: Mapping[str, str] = {
    "members.login-code-issued": "it is part of a login",
    "members.guest-added": "who somebody without an account is, is the community's own bookkeeping",
    "members.guest-tied": "who somebody without an account turned out to be, too",
    "members.competence-rated": "what somebody can do is between that person and those who rate",
    "members.consent-given": "what somebody agreed to is told to whom it concerns, not to all",
    "members.consent-withdrawn": "what somebody no longer agrees to, too",
    "members.telegram-linked": "how somebody can be reached",
    "members.telegram-unlinked": "how somebody can be reached",
    "events.chat-group-registered": "where a group chats is for those who are in it",
    "events.question-promoted": "a question in a lecture is its asker's",
    "mentoring.consultation-asked": "a question is between who asks and who answers",
    "mentoring.consultation-assigned": "a question is between who asks and who answers",
    "mentoring.consultation-answered": "a question is between who asks and who answers",
    "mentoring.consultation-resolved": "a question is between who asks and who answers",
    "mentoring.consultation-reopened": "a question is between who asks and who answers",
    "mentoring.consultation-escalated": "a question is between who asks and who answers",
    "mentoring.consultation-promoted": "a question is between who asks and who answers",
    "mentoring.visit-logged": "it says which of a library's staff were there",
    "notifications.contact-bounced": "how somebody cannot be reached",
    "notifications.subscription-made": "a partner's doors are that partner's",
    "notifications.subscription-disabled": "a partner's doors are that partner's",
    "notifications.subscription-enabled": "a partner's doors are that partner's",
}
"""Facts that stay inside, with the reason."""


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern (``activity-*``, ``events.*`` or a plain type) names the fact ``events.activity-published``."""
    # Strangers write patterns: fnmatch takes time in proportion to the pattern, for any pattern.
    return any(fnmatchcase(each, pattern) for each in (name, name.partition(".")[2]))


def named_by(pattern: str) -> bool:
    """Whether a pattern names a public fact."""
    return any(matches(pattern, name) for name in PUBLIC)
