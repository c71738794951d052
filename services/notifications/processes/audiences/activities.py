"""Topics, activities and seats; certificates, polls and lectures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.heard.events import ActivityPublished, ActivityRescheduled, AttendanceRecorded
from services.kernel.declare.process import Dispatch
from services.notifications.domain.message import Kind
from services.notifications.processes.audiences.row import (
    Heard,
    Hears,
    OfActivity,
    activity,
    narrowest_first,
    region,
    topic,
)
from services.notifications.processes.audiences.state import AudienceState, PublishedActivity
from services.notifications.processes.people import People, added, removed

COMPLETION_WORTH = timedelta(days=14)
CERTIFICATE_WORTH = timedelta(days=60)


@dataclass(frozen=True)
class TopicRaised:
    topic: str
    title: str
    person: str


@dataclass(frozen=True)
class TopicSupported:
    """A person has joined or endorsed a topic."""

    topic: str
    person: str


@dataclass(frozen=True)
class ActivityCancelled:
    activity: str
    reason: str | None = None


@dataclass(frozen=True)
class ActivityCompleted:
    activity: str
    topic: str | None = None


@dataclass(frozen=True)
class SeatChanged:
    """A person has got a seat, at once or from the line, or has given a seat or a place in line back."""

    activity: str
    person: str


@dataclass(frozen=True)
class SeatLined:
    activity: str
    person: str
    place: int


@dataclass(frozen=True)
class CertificateIssued:
    """The holder is a person or a guest."""

    activity: str
    person: str | None = None
    guest: str | None = None


@dataclass(frozen=True)
class PollOpened:
    title: str
    closes: str


@dataclass(frozen=True)
class LectureAnnounced:
    """``chat`` is the id of the chat of ``group``, None where no bot is in the group."""

    activity: str
    group: str
    channel: str
    title: str
    starts: str
    chat: str | None = None


def _published(state: AudienceState, heard: Heard[OfActivity]) -> PublishedActivity | None:
    """The fact's activity with its latest times; None for a cancelled activity."""
    return state.activities.get(heard.data.activity)


def _publication(heard: Heard[ActivityPublished]) -> PublishedActivity:
    told = heard.data
    venue = told.venue.name if told.venue else ""
    return PublishedActivity(heard.id, heard.at.isoformat(), told.title, told.starts, told.ends, venue, heard.region)


def _registrants(state: AudienceState) -> People:
    return (*state.seats, *state.line)


def _topic_title(state: AudienceState) -> str:
    if state.title is None:
        raise LookupError("a topic has raisers and was never raised")
    return state.title


def _learn_topic(state: AudienceState, heard: Heard[TopicRaised]) -> AudienceState:
    return replace(state, title=heard.data.title, raisers=added(state.raisers, heard.data.person))


def _learn_raiser(state: AudienceState, heard: Heard[TopicSupported]) -> AudienceState:
    return replace(state, raisers=added(state.raisers, heard.data.person))


def _learn_endorser(state: AudienceState, heard: Heard[TopicSupported]) -> AudienceState:
    return replace(state, endorsers=added(state.endorsers, heard.data.person))


def _learn_publication(state: AudienceState, heard: Heard[ActivityPublished]) -> AudienceState:
    # Activities that have started are dropped, so that a region's state does not grow for ever.
    ahead = {
        identity: other
        for identity, other in state.activities.items()
        if datetime.fromisoformat(other.starts) > heard.at
    }
    return replace(state, activities=ahead | {heard.data.activity: _publication(heard)})


def _learn_schedule(state: AudienceState, heard: Heard[ActivityRescheduled]) -> AudienceState:
    before = _published(state, heard)
    if before is None:
        return state
    after = replace(before, starts=heard.data.starts, ends=heard.data.ends)
    return replace(state, activities={**state.activities, heard.data.activity: after})


def _learn_cancellation(state: AudienceState, heard: Heard[ActivityCancelled]) -> AudienceState:
    others = {name: other for name, other in state.activities.items() if name != heard.data.activity}
    return replace(state, activities=others)


def _learn_seat(state: AudienceState, heard: Heard[SeatChanged]) -> AudienceState:
    return replace(state, seats=added(state.seats, heard.data.person))


def _learn_in_line(state: AudienceState, heard: Heard[SeatLined]) -> AudienceState:
    return replace(state, line=added(state.line, heard.data.person))


def _learn_promotion(state: AudienceState, heard: Heard[SeatChanged]) -> AudienceState:
    registrant = heard.data.person
    return replace(state, line=removed(state.line, registrant), seats=added(state.seats, registrant))


def _learn_release(state: AudienceState, heard: Heard[SeatChanged]) -> AudienceState:
    registrant = heard.data.person
    return replace(state, seats=removed(state.seats, registrant), line=removed(state.line, registrant))


def _learn_attendance(state: AudienceState, heard: Heard[AttendanceRecorded]) -> AudienceState:
    return replace(state, present=added(state.present, heard.data.person, heard.data.guest))


def _tell_publication(state: AudienceState, heard: Heard[ActivityPublished]) -> list[Dispatch]:
    """Tell a topic's people that the topic is discussed, and a region's people of the activity."""
    occasion, published = heard.occasion(heard.data.activity), _publication(heard)
    told: list[Dispatch] = []
    if topical := (*state.raisers, *state.endorsers):
        title = _topic_title(state)
        told += occasion.messages_until_start(Kind.TOPIC_GATHERING, topical, published, topic_title=title)
    if regional := (*state.members, *state.followers):
        told += occasion.messages_until_start(Kind.ACTIVITY_PUBLISHED, regional, published)
    return told


def _tell_schedule(state: AudienceState, heard: Heard[ActivityRescheduled]) -> list[Dispatch]:
    before = _published(state, heard)
    if before is None:
        return []
    after = replace(before, starts=heard.data.starts, ends=heard.data.ends)
    occasion, people = heard.occasion(heard.data.activity), _registrants(state)
    return occasion.messages_until_start(Kind.ACTIVITY_RESCHEDULED, people, after, was=before.starts)


def _tell_cancellation(state: AudienceState, heard: Heard[ActivityCancelled]) -> list[Dispatch]:
    published = _published(state, heard)
    if published is None:
        return []
    occasion, people, reason = heard.occasion(heard.data.activity), _registrants(state), heard.data.reason or ""
    return occasion.messages_until_start(Kind.ACTIVITY_CANCELLED, people, published, reason=reason)


def _tell_completion(state: AudienceState, heard: Heard[ActivityCompleted]) -> list[Dispatch]:
    """Ask a topic's raisers whether the topic is solved, and tell the people present that the activity is over."""
    occasion, worth = heard.occasion(heard.data.activity), heard.at + COMPLETION_WORTH
    told: list[Dispatch] = []
    if state.raisers:
        told += occasion.messages(Kind.TOPIC_QUESTION, state.raisers, worth, {"topic_title": _topic_title(state)})
    if state.present:
        title = {"title": state.activities[heard.data.activity].title}
        told += occasion.messages(Kind.ACTIVITY_COMPLETED, state.present, worth, title)
    return told


def _tell_registrant(kind: Kind) -> Callable[[AudienceState, Heard[SeatChanged | SeatLined]], list[Dispatch]]:
    def tell(state: AudienceState, heard: Heard[SeatChanged | SeatLined]) -> list[Dispatch]:
        published, changed = _published(state, heard), heard.data
        if published is None:  # the registrants were told of the cancelled activity
            return []
        more = {"place": str(changed.place)} if isinstance(changed, SeatLined) else {}
        return heard.occasion(changed.activity).messages_until_start(kind, [changed.person], published, **more)

    return tell


def _tell_certificate(state: AudienceState, heard: Heard[CertificateIssued]) -> list[Dispatch]:
    published, holder = _published(state, heard), heard.data.person or heard.data.guest
    if published is None or holder is None:
        return []
    worth, title = heard.at + CERTIFICATE_WORTH, {"title": published.title}
    return heard.occasion(heard.data.activity).messages(Kind.CERTIFICATE_ISSUED, [holder], worth, title)


def _tell_poll(state: AudienceState, heard: Heard[PollOpened]) -> list[Dispatch]:
    opened = heard.data
    words = {"title": opened.title, "closes": opened.closes}
    return heard.occasion().messages(Kind.POLL_OPENED, state.members, datetime.fromisoformat(opened.closes), words)


def _tell_lecture(_state: AudienceState, heard: Heard[LectureAnnounced]) -> list[Dispatch]:
    """Tell the chat group itself if a bot can write into it; into other groups a person copies the run sheet."""
    lecture = heard.data
    if lecture.channel != "telegram" or not lecture.chat:
        return []
    words = {"title": lecture.title, "starts": lecture.starts}
    worth, group = datetime.fromisoformat(lecture.starts), [f"group-{lecture.group}"]
    occasion = heard.occasion(lecture.activity)
    return occasion.messages(Kind.LECTURE_ANNOUNCED, group, worth, words, chat=lecture.chat)


TOPICS_AND_ACTIVITIES = (
    Hears(TopicRaised, "events.topic-raised", concerns=topic, learns=_learn_topic),
    Hears(TopicSupported, "events.topic-joined", concerns=topic, learns=_learn_raiser),
    Hears(TopicSupported, "events.topic-endorsed", concerns=topic, learns=_learn_endorser),
    Hears(
        ActivityPublished,
        "events.activity-published",
        concerns=narrowest_first(topic, activity, region),
        learns=_learn_publication,
        tells=_tell_publication,
    ),
    Hears(
        ActivityRescheduled,
        "events.activity-rescheduled",
        concerns=narrowest_first(activity, region),
        learns=_learn_schedule,
        tells=_tell_schedule,
    ),
    Hears(
        ActivityCancelled,
        "events.activity-cancelled",
        concerns=narrowest_first(activity, region),
        learns=_learn_cancellation,
        tells=_tell_cancellation,
    ),
    Hears(
        ActivityCompleted,
        "events.activity-completed",
        concerns=narrowest_first(topic, activity),
        tells=_tell_completion,
    ),
    Hears(
        SeatChanged,
        "events.seat-taken",
        concerns=activity,
        learns=_learn_seat,
        tells=_tell_registrant(Kind.SEAT_TAKEN),
    ),
    Hears(
        SeatLined,
        "events.seat-lined",
        concerns=activity,
        learns=_learn_in_line,
        tells=_tell_registrant(Kind.SEAT_LINED),
    ),
    Hears(
        SeatChanged,
        "events.seat-promoted",
        concerns=activity,
        learns=_learn_promotion,
        tells=_tell_registrant(Kind.SEAT_PROMOTED),
    ),
    Hears(
        SeatChanged,
        "events.seat-released",
        concerns=activity,
        learns=_learn_release,
        tells=_tell_registrant(Kind.SEAT_RELEASED),
    ),
    Hears(AttendanceRecorded, "events.attendance-recorded", concerns=activity, learns=_learn_attendance),
    Hears(CertificateIssued, "events.certificate-issued", concerns=activity, tells=_tell_certificate),
    Hears(PollOpened, "events.poll-opened", concerns=region, tells=_tell_poll),
    Hears(LectureAnnounced, "events.lecture-announced", concerns=activity, tells=_tell_lecture),
)
