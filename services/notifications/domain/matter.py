"""The matters among which a person chooses, and the matter of each kind of message."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from services.notifications.domain.message import Kind


class Matter(StrEnum):
    REGISTRATIONS = "registrations"
    REMINDERS = "reminders"
    ACTIVITIES = "activities"
    TOPICS = "topics"
    CONSULTATIONS = "consultations"
    MENTORING = "mentoring"
    ANNOUNCEMENTS = "announcements"


MATTERS: Mapping[Kind, Matter] = {
    Kind.SEAT_TAKEN: Matter.REGISTRATIONS,
    Kind.SEAT_LINED: Matter.REGISTRATIONS,
    Kind.SEAT_PROMOTED: Matter.REGISTRATIONS,
    Kind.SEAT_RELEASED: Matter.REGISTRATIONS,
    Kind.ACTIVITY_RESCHEDULED: Matter.REGISTRATIONS,
    Kind.ACTIVITY_CANCELLED: Matter.REGISTRATIONS,
    Kind.ACTIVITY_COMPLETED: Matter.REGISTRATIONS,
    Kind.CERTIFICATE_ISSUED: Matter.REGISTRATIONS,
    Kind.REMINDER: Matter.REMINDERS,
    Kind.ACTIVITY_PUBLISHED: Matter.ACTIVITIES,
    Kind.POLL_OPENED: Matter.ACTIVITIES,
    Kind.TOPIC_GATHERING: Matter.TOPICS,
    Kind.TOPIC_QUESTION: Matter.TOPICS,
    Kind.CONSULTATION_ASSIGNED: Matter.CONSULTATIONS,
    Kind.CONSULTATION_ANSWERED: Matter.CONSULTATIONS,
    Kind.CONSULTATION_RESOLVED: Matter.CONSULTATIONS,
    Kind.CONSULTATION_ESCALATED: Matter.CONSULTATIONS,
    Kind.MENTOR_ASSIGNED: Matter.MENTORING,
    Kind.LIBRARY_SMOOTH: Matter.MENTORING,
    Kind.LIBRARY_REGRESSED: Matter.MENTORING,
    Kind.ANNOUNCEMENT: Matter.ANNOUNCEMENTS,
    Kind.ANNOUNCEMENT_CORRECTED: Matter.ANNOUNCEMENTS,
    Kind.ANNOUNCEMENT_WITHDRAWN: Matter.ANNOUNCEMENTS,
}
"""A kind without a matter (a login code, a welcome, a duty of an office, the digest) is sent under any choice."""

REGIONAL = frozenset({Matter.ACTIVITIES, Matter.ANNOUNCEMENTS})
"""Matters that people are told as members of a region. Muting a region silences these matters."""
