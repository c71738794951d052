"""What polls, groups' chats, lectures and questions tell the others: a part of ``contract``.

A question is nobody's business outside; what was found in a chat is nobody's either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf

from services.events.domain.chat_group import (
    TELEGRAM,
    WHATSAPP,
    ChatBooked,
    ChatGroupRegistered,
    ChatReleased,
    ChatSettled,
    FreedomWanted,
    PermissionsFound,
    RestrictionLifted,
    RestrictionMade,
    RestrictionWanted,
)
from services.events.domain.lecture import (
    LectureAnnounced,
    LectureArchived,
    LectureClosed,
    LectureOpened,
    LecturePlanned,
    PresentationBegun,
    QuestionsTaken,
)
from services.events.domain.poll import PollAgreed, PollFailed, PollOpened, VoteCast
from services.events.domain.question import (
    QuestionAnswered,
    QuestionAsked,
    QuestionHidden,
    QuestionMerged,
    QuestionPicked,
    QuestionRejoined,
    QuestionTookPlace,
    QuestionWithdrawn,
)
from services.events.domain.run_sheet import StepTicked, StepUnticked
from services.kernel.message import Event
from services.kernel.times import moment

EVENTS: tuple[type[Event], ...] = (
    *(PollOpened, VoteCast, PollAgreed, PollFailed),
    *(ChatGroupRegistered, ChatBooked, ChatReleased, RestrictionWanted, FreedomWanted),
    *(PermissionsFound, RestrictionMade, RestrictionLifted, ChatSettled),
    *(LecturePlanned, LectureAnnounced, LectureOpened, PresentationBegun, QuestionsTaken),
    *(LectureClosed, LectureArchived),
    *(QuestionAsked, QuestionWithdrawn, QuestionRejoined, QuestionTookPlace),
    *(QuestionMerged, QuestionPicked, QuestionHidden, QuestionAnswered),
    *(StepTicked, StepUnticked),
)


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _time() -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, format="iso")


def _channel() -> fields.String:
    return _text(validate=OneOf([TELEGRAM, WHATSAPP]))


SHAPES: Mapping[str, Mapping[str, Any]] = {
    "poll-opened": {
        "poll": _text(),
        "title": _text(),
        "closes": _time(),
        "options": fields.Integer(required=True, strict=True),
    },
    "poll-agreed": {"poll": _text(), "starts": _time(), "ends": _time()},
    "chat-group-registered": {
        "group": _text(),
        "channel": _channel(),
        "chat": _text(allow_none=True),
        "name": _text(),
    },
    "lecture-announced": {
        "activity": _text(),
        "group": _text(),
        "channel": _channel(),
        "chat": _text(allow_none=True),
        "title": _text(),
        "starts": _time(),
    },
    "lecture-opened": {"activity": _text(), "group": _text()},
    "lecture-closed": {"activity": _text(), "group": _text()},
    "lecture-archived": {"activity": _text()},
}

Told = tuple[str, str | None, dict[str, Any]]


def told(identity: str, event: Event) -> Told | None:
    """Type, region and data of the fact that an event tells; ``identity`` is its stream's."""
    match event:
        case PollOpened():
            data = {"poll": identity, "title": event.title, "closes": moment(event.closes)}
            return "poll-opened", event.region, {**data, "options": len(event.options)}
        case PollAgreed():
            times = {"starts": moment(event.starts), "ends": moment(event.ends)}
            return "poll-agreed", event.region, {"poll": identity, **times}
        case ChatGroupRegistered():
            data = {"group": identity, "channel": event.channel, "chat": event.chat, "name": event.name}
            return "chat-group-registered", event.region, data
        case LectureAnnounced():
            place = {"group": event.chat.group, "channel": event.chat.channel, "chat": event.chat.chat}
            data = {"activity": identity, **place, "title": event.title, "starts": moment(event.starts)}
            return "lecture-announced", event.region, data
        case LectureOpened():
            return "lecture-opened", event.region, {"activity": identity, "group": event.chat.group}
        case LectureClosed():
            return "lecture-closed", event.region, {"activity": identity, "group": event.chat.group}
        case LectureArchived():
            return "lecture-archived", event.region, {"activity": identity}
    return None
