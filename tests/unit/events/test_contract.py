import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.events.contract import FACTS, REGISTRY, tell
from services.events.domain import activity, attendance, feedback, seats, topic, venue, workshop
from services.events.domain.plan import Speaker
from services.kernel.base.message import Event
from services.kernel.declare.process import DeadlinePassed
from tests.support.sample_community import KEDIRI
from tests.unit.events import told_lectures, told_outcomes
from tests.unit.events.sample_events import AGENDA, BOARD_RULES, NOW, WORKSHOP_PLAN, planned, published, recorded
from tests.unit.events.sample_times import END, START

SPEAKER = Speaker("rani", "guide", "board", from_board=True)
ACADEMIC = Speaker("dosen", "speaker", "academic", from_board=False, competence="sealed", name="sealed")
SITE = venue.Site("SMA Contoh", "school", KEDIRI, "pesantren")
TOLD: list[tuple[str, Event, str | None]] = [
    ("topic-t", topic.TopicRaised("Barcodes", "ani", "member", KEDIRI, "sealed"), "topic-raised"),
    ("topic-t", topic.TopicJoined("budi", KEDIRI), "topic-joined"),
    ("topic-t", topic.TopicEndorsed("citra", KEDIRI), "topic-endorsed"),
    ("topic-t", topic.TopicDecided("declined", "not ours", KEDIRI), "topic-decided"),
    ("topic-t", topic.TopicDecided("accepted", None, KEDIRI), "topic-decided"),
    ("topic-t", topic.TopicDiscussed("a"), None),
    ("topic-t", topic.TopicAnswered("ani", True, KEDIRI, "sealed"), "topic-answered"),
    ("gathering-a", planned(), None),
    ("gathering-a", activity.SpeakerAssigned(SPEAKER, BOARD_RULES), None),
    ("gathering-a", published(), "activity-published"),
    ("workshop-w", workshop.WorkshopPlanned(WORKSHOP_PLAN, BOARD_RULES), None),
    ("workshop-w", activity.SpeakerAssigned(ACADEMIC, BOARD_RULES), None),
    ("workshop-w", activity.SpeakerWithdrawn("dosen"), None),
    ("workshop-w", activity.CapacityChanged(30, START, published=True), None),
    ("workshop-w", activity.ActivityPublished(WORKSHOP_PLAN, "", BOARD_RULES), "activity-published"),
    (
        "workshop-w",
        activity.ActivityRescheduled(START, END, NOW, KEDIRI, published=True, sessions=AGENDA),
        "activity-rescheduled",
    ),
    ("gathering-a", activity.ActivityRescheduled(START, END, NOW, KEDIRI, published=True), "activity-rescheduled"),
    ("gathering-a", activity.ActivityRescheduled(START, END, NOW, KEDIRI, published=False), None),
    ("gathering-a", activity.ActivityCancelled("rain", "t", KEDIRI, published=True), "activity-cancelled"),
    ("gathering-a", activity.ActivityCancelled("rain", "t", KEDIRI, published=False), None),
    ("gathering-a", activity.ActivityCompleted("t", KEDIRI, 9, 1), "activity-completed"),
    ("seats-a", seats.SeatsOpened(12, START, KEDIRI), None),
    ("seats-a", seats.SeatTaken("ani", KEDIRI), "seat-taken"),
    ("seats-a", seats.PlacedInLine("ani", 1, KEDIRI), "seat-lined"),
    ("seats-a", seats.SeatPromoted("ani", KEDIRI), "seat-promoted"),
    ("seats-a", seats.SeatReleased("ani", "taken", KEDIRI), "seat-released"),
    ("seats-a", seats.SeatsResized(14), None),
    ("seats-a", seats.ClosingMoved(START), None),
    ("seats-a", seats.RegistrationClosed("started"), None),
    ("attendance-a", attendance.CodeWordIssued("digest"), None),
    ("attendance-a", attendance.AttendanceRecorded("ani", None, "code", KEDIRI), "attendance-recorded"),
    ("attendance-a", attendance.AttendanceRecorded(None, "guest-1", "walk-in", KEDIRI), "attendance-recorded"),
    ("attendance-w", attendance.SessionCodeWordIssued("s1", "digest"), None),
    ("attendance-w", attendance.SessionAttended("s1", "ani", False, "code", KEDIRI), None),
    ("attendance-w", attendance.AbsenceNoted("budi", "excused", KEDIRI), None),
    ("feedback-a", feedback.FeedbackGiven("ani", 5, 5, "sealed"), None),
    ("venue-v", venue.VenueAdded(SITE), None),
    ("venue-v", venue.VenueAsked("a"), None),
    ("venue-v", venue.VenueConfirmed("a", KEDIRI, "sealed"), "venue-confirmed"),
    ("venue-v", venue.VenueDeclined("a", KEDIRI), "venue-declined"),
    *told_lectures.TOLD,
    *told_outcomes.TOLD,
    ("deadlines-seating-a", DeadlinePassed("seating", "a", "start", START), None),
]


@pytest.mark.parametrize(("stream", "event", "kind"), TOLD)
def test_an_event_tells_what_the_contract_says_of_it(stream: str, event: Event, kind: str | None) -> None:
    draft = tell(recorded(stream, event, id="event-1"))
    assert (draft and draft.type) == kind
    if draft is not None:
        assert (draft.event, draft.subject, draft.region) == ("event-1", stream.partition("-")[2], KEDIRI)
        assert FACTS[draft.type].validate(dict(draft.data)) == {}
        assert json.loads(json.dumps(draft.data)) == draft.data


@pytest.mark.parametrize(("stream", "event", "kind"), TOLD)
def test_sealed_texts_and_secrets_are_in_no_fact(stream: str, event: Event, kind: str | None) -> None:
    draft = tell(recorded(stream, event))
    assert kind is None or (draft is not None and "sealed" not in json.dumps(draft.data))


def test_every_event_and_every_fact_is_among_these() -> None:
    assert {type(event).__name__ for _, event, _ in TOLD} == REGISTRY.names()
    assert {kind for *_, kind in TOLD if kind} == set(FACTS)


@pytest.mark.parametrize("event", [event for _, event, _ in TOLD])
def test_every_event_is_read_back_as_it_was_written(event: Event) -> None:
    name, schema, data = REGISTRY.dump(event)
    assert REGISTRY.load(name, schema, json.loads(json.dumps(data))) == event


def test_a_published_activity_says_all_that_others_need() -> None:
    draft = tell(recorded("gathering-a", published()))
    assert draft is not None
    expected: dict[str, Any] = {
        "activity": "a",
        "kind": "gathering",
        "topic": "topic-1",
        "title": "Barcodes",
        "capacity": 12,
        "starts": "2026-03-09T01:00:00Z",
        "ends": "2026-03-09T03:00:00Z",
        "past": False,
        "units": [],
        "levels": [],
        "open": False,
        "venue": {"id": "venue-1", "name": "Kopi Kita", "kind": "cafe", "subdistrict": "mojoroto"},
        "rules": {"version": 1, "speakers": "board"},
    }
    assert draft.data == expected
    assert datetime.fromisoformat(expected["starts"]) == START


GOLDEN = Path(__file__).with_name("golden.jsonl")
"""Every version of every event that was ever written, as it was written. Lines are added, none is changed."""


def test_every_version_ever_written_is_still_readable_and_todays_are_among_them() -> None:
    written = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
    for each in written:
        event = REGISTRY.load(each["type"], each["schema"], each["data"])
        if each["schema"] == event.schema:
            assert REGISTRY.dump(event) == (each["type"], each["schema"], each["data"])
    today = {(type(event).__name__, event.schema) for _, event, _ in TOLD}
    assert today <= {(each["type"], each["schema"]) for each in written}
