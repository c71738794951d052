"""What this service tells other services: which event becomes which fact, and the fact's fields.

A fact's fields are a promise: a field may join, none changes its meaning. People are ids: no fact holds a name, a
contact or free text about a person. The region is where the fact happened. Unpublished plans, questions, permissions
found in chats, the words of problems, and materials for participants only are not told.
"""

from __future__ import annotations

from services.events import upcasters
from services.events.domain import (
    activity,
    attendance,
    certificate,
    chat_group,
    feedback,
    gathering,
    lecture,
    material,
    poll,
    problem,
    question,
    run_sheet,
    seats,
    topic,
    venue,
    workshop,
)
from services.events.domain.plan import Place
from services.events.domain.rules import RulesInForce
from services.kernel.declare.facts import Contract, Part, Tells
from services.kernel.declare.process import DeadlinePassed


def _topic(event: activity.ActivityPublished | activity.ActivityCancelled | activity.ActivityCompleted) -> str | None:
    return event.topic or None


def _member(event: certificate.CertificateIssued | certificate.CertificateRevoked) -> str | None:
    return None if event.guest else event.participant


def _guest(event: certificate.CertificateIssued | certificate.CertificateRevoked) -> str | None:
    return event.participant if event.guest else None


def _open_url(event: material.MaterialPublished) -> str | None:
    return event.sheet.url if event.sheet.visibility == material.PUBLIC else None


_CHANNEL = {"channel": (chat_group.TELEGRAM, chat_group.WHATSAPP)}
_CERTIFICATE = ("certificate", "activity", "person", "guest")

TOLD = (
    Tells(topic.TopicRaised, "topic-raised", "topic", ("title", "person", "origin")),
    Tells(topic.TopicJoined, "topic-joined", "topic", ("person",)),
    Tells(topic.TopicEndorsed, "topic-endorsed", "topic", ("person",)),
    Tells(
        topic.TopicDecided,
        "topic-decided",
        "topic",
        ("decision", "reason"),
        known={"decision": ("accepted", "declined")},
    ),
    Tells(topic.TopicAnswered, "topic-answered", "topic", ("person", "solved")),
    Tells(
        activity.ActivityPublished,
        "activity-published",
        "activity",
        (
            *("plan.kind", "topic", "plan.title", "plan.starts", "plan.ends", "plan.capacity", "venue", "rules"),
            *("plan.past", "plan.units", "plan.levels", "plan.open"),
        ),
        {"topic": (str | None, _topic), "venue": "plan.place"},
        parts=(
            Part(Place, ("id", "name", "kind", "subdistrict"), {"id": "venue"}),
            Part(RulesInForce, ("version", "speakers")),
        ),
        region="plan.region",
    ),
    Tells(
        activity.ActivityRescheduled, "activity-rescheduled", "activity", ("starts", "ends", "was"), when="published"
    ),
    Tells(
        activity.ActivityCancelled,
        "activity-cancelled",
        "activity",
        ("reason", "topic"),
        {"topic": (str | None, _topic)},
        when="published",
    ),
    Tells(
        activity.ActivityCompleted,
        "activity-completed",
        "activity",
        ("topic", "present", "guests"),
        {"topic": (str | None, _topic)},
    ),
    Tells(seats.SeatTaken, "seat-taken", "activity", ("person",)),
    Tells(seats.PlacedInLine, "seat-lined", "activity", ("person", "place")),
    Tells(seats.SeatPromoted, "seat-promoted", "activity", ("person",)),
    Tells(seats.SeatReleased, "seat-released", "activity", ("person", "why")),
    Tells(
        attendance.AttendanceRecorded,
        "attendance-recorded",
        "activity",
        ("person", "guest", "method"),
        known={"method": ("code", "coordinator", "walk-in", "reply")},
    ),
    Tells(venue.VenueConfirmed, "venue-confirmed", "venue", ("activity",)),
    Tells(venue.VenueDeclined, "venue-declined", "venue", ("activity",)),
    Tells(
        poll.PollOpened,
        "poll-opened",
        "poll",
        ("title", "closes"),
        {"options": (int, lambda event: len(event.options))},
    ),
    Tells(poll.PollAgreed, "poll-agreed", "poll", ("starts", "ends")),
    Tells(
        chat_group.ChatGroupRegistered, "chat-group-registered", "group", ("channel", "chat", "name"), known=_CHANNEL
    ),
    Tells(
        lecture.LectureAnnounced,
        "lecture-announced",
        "activity",
        ("chat.group", "chat.channel", "chat.chat", "title", "starts"),
        known=_CHANNEL,
    ),
    Tells(lecture.LectureOpened, "lecture-opened", "activity", ("chat.group",)),
    Tells(lecture.LectureClosed, "lecture-closed", "activity", ("chat.group",)),
    Tells(lecture.LectureArchived, "lecture-archived", "activity"),
    Tells(problem.ProblemCaptured, "problem-captured", "activity", ("problem",)),
    Tells(problem.ProblemBecameTopic, "problem-became-topic", "activity", ("problem", "topic")),
    Tells(
        material.MaterialPublished,
        "material-published",
        "material",
        ("sheet.activity", "material", "sheet.title"),
        {"url": (str | None, _open_url)},
        region="sheet.region",
    ),
    Tells(
        certificate.CertificateIssued,
        "certificate-issued",
        "activity",
        _CERTIFICATE,
        {"person": (str | None, _member), "guest": (str | None, _guest)},
    ),
    Tells(
        certificate.CertificateRevoked,
        "certificate-revoked",
        "activity",
        _CERTIFICATE,
        {"person": (str | None, _member), "guest": (str | None, _guest)},
    ),
)
UNTOLD = (
    topic.TopicDiscussed,
    gathering.GatheringPlanned,
    workshop.WorkshopPlanned,
    activity.SpeakerAssigned,
    activity.SpeakerWithdrawn,
    activity.CapacityChanged,
    seats.SeatsOpened,
    seats.SeatsResized,
    seats.ClosingMoved,
    seats.RegistrationClosed,
    attendance.CodeWordIssued,
    attendance.SessionCodeWordIssued,
    attendance.SessionAttended,
    attendance.AbsenceNoted,
    feedback.FeedbackGiven,
    venue.VenueAdded,
    venue.VenueAsked,
    poll.VoteCast,
    poll.PollFailed,
    chat_group.ChatBooked,
    chat_group.ChatReleased,
    chat_group.RestrictionWanted,
    chat_group.FreedomWanted,
    chat_group.PermissionsFound,
    chat_group.RestrictionMade,
    chat_group.RestrictionLifted,
    chat_group.ChatSettled,
    lecture.LecturePlanned,
    lecture.PresentationBegun,
    lecture.QuestionsTaken,
    question.QuestionAsked,
    question.QuestionWithdrawn,
    question.QuestionRejoined,
    question.QuestionTookPlace,
    question.QuestionMerged,
    question.QuestionPicked,
    question.QuestionHidden,
    question.QuestionAnswered,
    run_sheet.StepTicked,
    run_sheet.StepUnticked,
    problem.ProblemShared,
    problem.ProblemMerged,
    material.MaterialWithdrawn,
    DeadlinePassed,
)
CONTRACT = Contract(*TOLD, untold=UNTOLD)
FACTS, REGISTRY, tell = CONTRACT.facts, CONTRACT.registry, CONTRACT.tell
upcasters.register(REGISTRY)
