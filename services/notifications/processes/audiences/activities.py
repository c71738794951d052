"""Topics, activities, seats, and what comes of an activity: certificates, polls, lectures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from services.kernel.base.message import Fact
from services.kernel.declare.process import Issue
from services.notifications.domain.message import Kind
from services.notifications.processes.audiences.row import Hears, activity, narrowest_first, region, topic
from services.notifications.processes.audiences.state import AudienceState, PublishedActivity
from services.notifications.processes.occasion import Occasion
from services.notifications.processes.stored_state import People, added, removed

COMPLETION_WORTH = timedelta(days=14)
CERTIFICATE_WORTH = timedelta(days=60)


def _published(state: AudienceState, fact: Fact) -> PublishedActivity | None:
    """The fact's activity as it was last announced; None once it was cancelled."""
    return state.activities.get(fact.data["activity"])


def _registrants(state: AudienceState) -> People:
    return (*state.seats, *state.line)


def _topic_title(state: AudienceState) -> str:
    if state.title is None:
        raise LookupError("a topic has raisers and was never raised")
    return state.title


def _learn_topic(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, title=fact.data["title"], raisers=added(state.raisers, fact.data["person"]))


def _learn_raiser(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, raisers=added(state.raisers, fact.data["person"]))


def _learn_endorser(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, endorsers=added(state.endorsers, fact.data["person"]))


def _learn_publication(state: AudienceState, fact: Fact) -> AudienceState:
    # Activities that have started are dropped, so that a region's state does not grow for ever.
    ahead = {
        identity: other
        for identity, other in state.activities.items()
        if datetime.fromisoformat(other.starts) > fact.at
    }
    return replace(state, activities=ahead | {fact.data["activity"]: PublishedActivity.of(fact)})


def _learn_schedule(state: AudienceState, fact: Fact) -> AudienceState:
    before = _published(state, fact)
    if before is None:
        return state
    after = replace(before, starts=fact.data["starts"], ends=fact.data["ends"])
    return replace(state, activities={**state.activities, fact.data["activity"]: after})


def _learn_cancellation(state: AudienceState, fact: Fact) -> AudienceState:
    others = {name: other for name, other in state.activities.items() if name != fact.data["activity"]}
    return replace(state, activities=others)


def _learn_seat(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, seats=added(state.seats, fact.data["person"]))


def _learn_in_line(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, line=added(state.line, fact.data["person"]))


def _learn_promotion(state: AudienceState, fact: Fact) -> AudienceState:
    who = fact.data["person"]
    return replace(state, line=removed(state.line, who), seats=added(state.seats, who))


def _learn_release(state: AudienceState, fact: Fact) -> AudienceState:
    who = fact.data["person"]
    return replace(state, seats=removed(state.seats, who), line=removed(state.line, who))


def _learn_attendance(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, present=added(state.present, fact.data.get("person"), fact.data.get("guest")))


def _tell_publication(state: AudienceState, fact: Fact) -> list[Issue]:
    """A topic's people hear that it is discussed, a region's people that there is an activity."""
    occasion, published = Occasion.of(fact), PublishedActivity.of(fact)
    told: list[Issue] = []
    if topical := (*state.raisers, *state.endorsers):
        title = _topic_title(state)
        told += occasion.messages_until_start(Kind.TOPIC_GATHERING, topical, published, topic_title=title)
    if regional := (*state.members, *state.followers):
        told += occasion.messages_until_start(Kind.ACTIVITY_PUBLISHED, regional, published)
    return told


def _tell_schedule(state: AudienceState, fact: Fact) -> list[Issue]:
    before = _published(state, fact)
    if before is None:
        return []
    after = replace(before, starts=fact.data["starts"], ends=fact.data["ends"])
    people = _registrants(state)
    return Occasion.of(fact).messages_until_start(Kind.ACTIVITY_RESCHEDULED, people, after, was=before.starts)


def _tell_cancellation(state: AudienceState, fact: Fact) -> list[Issue]:
    published = _published(state, fact)
    if published is None:
        return []
    reason = fact.data.get("reason") or ""
    people = _registrants(state)
    return Occasion.of(fact).messages_until_start(Kind.ACTIVITY_CANCELLED, people, published, reason=reason)


def _tell_completion(state: AudienceState, fact: Fact) -> list[Issue]:
    """A topic's raisers are asked whether it is solved; those present hear that the activity is over."""
    occasion, worth = Occasion.of(fact), fact.at + COMPLETION_WORTH
    told: list[Issue] = []
    if state.raisers:
        told += occasion.messages(Kind.TOPIC_QUESTION, state.raisers, worth, {"topic_title": _topic_title(state)})
    if state.present:
        title = {"title": state.activities[fact.data["activity"]].title}
        told += occasion.messages(Kind.ACTIVITY_COMPLETED, state.present, worth, title)
    return told


def _tell_registrant(kind: Kind) -> Callable[[AudienceState, Fact], list[Issue]]:
    def tell(state: AudienceState, fact: Fact) -> list[Issue]:
        published = _published(state, fact)
        if published is None:  # cancelled as a whole, and the registrants heard of that
            return []
        more = {"place": str(fact.data["place"])} if kind is Kind.SEAT_LINED else {}
        return Occasion.of(fact).messages_until_start(kind, [fact.data["person"]], published, **more)

    return tell


def _tell_certificate(state: AudienceState, fact: Fact) -> list[Issue]:
    published = _published(state, fact)
    if published is None:
        return []
    worth, title = fact.at + CERTIFICATE_WORTH, {"title": published.title}
    return Occasion.of(fact).messages(Kind.CERTIFICATE_ISSUED, [fact.data["person"]], worth, title)


def _tell_poll(state: AudienceState, fact: Fact) -> list[Issue]:
    words = {"title": fact.data["title"], "closes": fact.data["closes"]}
    return Occasion.of(fact).messages(
        Kind.POLL_OPENED, state.members, datetime.fromisoformat(fact.data["closes"]), words
    )


def _tell_lecture(_state: AudienceState, fact: Fact) -> list[Issue]:
    """The chat group itself is told, where a bot can write into it; elsewhere a person copies the run sheet."""
    if fact.data["channel"] != "telegram" or not fact.data["chat"]:
        return []
    words = {"title": fact.data["title"], "starts": fact.data["starts"]}
    worth, group = datetime.fromisoformat(fact.data["starts"]), [f"group-{fact.data['group']}"]
    return Occasion.of(fact).messages(Kind.LECTURE_ANNOUNCED, group, worth, words, chat=str(fact.data["chat"]))


TOPICS_AND_ACTIVITIES = (
    Hears("events.topic-raised", concerns=topic, learns=_learn_topic),
    Hears("events.topic-joined", concerns=topic, learns=_learn_raiser),
    Hears("events.topic-endorsed", concerns=topic, learns=_learn_endorser),
    Hears(
        "events.activity-published",
        concerns=narrowest_first(topic, activity, region),
        learns=_learn_publication,
        tells=_tell_publication,
    ),
    Hears(
        "events.activity-rescheduled",
        concerns=narrowest_first(activity, region),
        learns=_learn_schedule,
        tells=_tell_schedule,
    ),
    Hears(
        "events.activity-cancelled",
        concerns=narrowest_first(activity, region),
        learns=_learn_cancellation,
        tells=_tell_cancellation,
    ),
    Hears("events.activity-completed", concerns=narrowest_first(topic, activity), tells=_tell_completion),
    Hears("events.seat-taken", concerns=activity, learns=_learn_seat, tells=_tell_registrant(Kind.SEAT_TAKEN)),
    Hears("events.seat-lined", concerns=activity, learns=_learn_in_line, tells=_tell_registrant(Kind.SEAT_LINED)),
    Hears(
        "events.seat-promoted",
        concerns=activity,
        learns=_learn_promotion,
        tells=_tell_registrant(Kind.SEAT_PROMOTED),
    ),
    Hears(
        "events.seat-released",
        concerns=activity,
        learns=_learn_release,
        tells=_tell_registrant(Kind.SEAT_RELEASED),
    ),
    Hears("events.attendance-recorded", concerns=activity, learns=_learn_attendance),
    Hears("events.certificate-issued", concerns=activity, tells=_tell_certificate),
    Hears("events.poll-opened", concerns=region, tells=_tell_poll),
    Hears("events.lecture-announced", concerns=activity, tells=_tell_lecture),
)
