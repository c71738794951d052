"""A person outside a region's scope can change nothing there: every public write route of this service, judged."""

from datetime import timedelta

import pytest

from services.events.bootstrap import definition
from tests.services.events import sample_lectures as lectures
from tests.services.events.harness import RANI, EventsHarness
from tests.support.sample_community import BLITAR, KEDIRI, person
from tests.support.scope import (
    KOKO,
    Act,
    Scene,
    Table,
    check_holders,
    check_nobody,
    check_outsiders,
    stored,
    write_routes,
)
from tests.support.service_databases import ServiceDatabases
from tests.unit.events.sample_times import SESSIONS, START

SOON = START + timedelta(days=3)
TIMES = {"starts": SOON.isoformat(), "ends": (SOON + timedelta(hours=2)).isoformat()}
LATER = {"starts": (SOON + timedelta(days=1)).isoformat(), "ends": (SOON + timedelta(days=1, hours=1)).isoformat()}
GATHERING = {"kind": "gathering", "title": "x", "region": KEDIRI, "topic": "{topic}", "venue": "{venue}", "capacity": 9}
AGENDA = [{**each, "starts": LATER["starts"], "ends": LATER["ends"]} for each in SESSIONS[:1]]
WORKSHOP = {
    "kind": "workshop", "title": "x", "region": KEDIRI, "venue": "{venue}", "capacity": 9, "sessions": AGENDA
}  # fmt: skip
POLL = {"title": "x", "quorum": 1, "closes": TIMES["starts"], "options": [TIMES, LATER]}
GROUP = {"name": "x", "channel": "telegram", "chat": "-100777"}
LECTURE = {"title": "x", "group": "{group}", "agreed_otherwise": "so", **LATER}
LINK = {"title": "x", "url": "https://contoh.id/x", "licence": "cc-by"}
IN_BLITAR = {"region": BLITAR}
"""Planned there, it would still change something here: the topic that it is about, the group whose chat it takes."""
IN_THE_LECTURE = {"activity": "lecture"}

OWN = {
    "POST /v1/topics": "whoever has a trouble says so, wherever it is",
    "POST /v1/topics/{topic}/raisers": "one's own voice",
    "POST /v1/topics/{topic}/endorsements": "one's own voice",
    "POST /v1/topics/{topic}/solved": "one's own word on what one has raised",
    "POST /v1/activities/{activity}/feedback": "one's own word on what one was at",
    "POST /v1/activities/{activity}/problems": "what one has to say at an activity, guests too",
    "POST /v1/activities/{activity}/problems/{problem}/raisers": "one's own voice, of who takes part",
    "POST /v1/polls/{poll}/votes": "one's own vote",
    "POST /v1/activities/{activity}/questions": "one's own question",
    "POST /v1/activities/{activity}/questions/{question}/withdraw": "one's own question",
    "POST /v1/activities/{activity}/questions/{question}/rejoin": "one's own question",
}
OFFICE: Table = {
    "POST /v1/topics/{topic}/decision": Act({"decision": "accepted"}),
    "POST /v1/venues": Act({"name": "x", "kind": "cafe", "region": KEDIRI, "subdistrict": f"{KEDIRI}-1"}),
    "POST /v1/venues/{venue}/requests": Act({"activity": "{activity}"}),
    "POST /v1/venues/{venue}/requests/{activity}/answer": Act({"confirmed": True}),
    "POST /v1/activities": [Act({**GATHERING, **TIMES}), Act(WORKSHOP), Act({**GATHERING, **TIMES, **IN_BLITAR}, KOKO)],
    "POST /v1/activities/{activity}/topics": Act({"topic": "{topic}"}),
    "POST /v1/activities/{activity}/speakers": Act({"person": "ani", "role": "guide"}),
    "DELETE /v1/activities/{activity}/speakers/{person}": Act(),
    "POST /v1/activities/{activity}/capacity": Act({"capacity": 20}),
    "POST /v1/activities/{activity}/publish": Act(where={"activity": "planned"}),
    "POST /v1/activities/{activity}/registrations": Act({"person": "ani"}),
    "DELETE /v1/activities/{activity}/registrations/{person}": Act(where={"person": "seated"}),
    "POST /v1/activities/{activity}/attendance/code": Act({}),
    "POST /v1/activities/{activity}/attendance": [
        Act({"person": "ani"}),
        Act({"guest": "guest-1"}),
        Act({"person": "ani", "state": "excused"}),
    ],
    "POST /v1/activities/{activity}/problems/{problem}/merge": Act({"into": "{other}"}, where={"activity": "held"}),
    "POST /v1/activities/{activity}/problems/{problem}/topic": Act({"title": "x"}, where={"activity": "held"}),
    "POST /v1/activities/{activity}/materials": Act(LINK),
    "DELETE /v1/materials/{material}": Act(),
    "POST /v1/activities/{activity}/certificates": Act(where={"activity": "held"}),
    "POST /v1/certificates/{code}/revocation": Act({"reason": "x"}),
    "POST /v1/polls": [Act({**POLL, "region": KEDIRI}), Act({**POLL, "region": None}, KOKO)],
    "POST /v1/polls/{poll}/close": Act(),
    "POST /v1/chat-groups": [Act({**GROUP, "region": KEDIRI}), Act({**GROUP, "chat": "-1008", "region": None}, KOKO)],
    "POST /v1/lectures": [Act({**LECTURE, "region": KEDIRI}), Act({**LECTURE, **IN_BLITAR}, KOKO)],
    "POST /v1/activities/{activity}/lecture/open": Act(where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/lecture/present": Act(where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/lecture/take-questions": Act(where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/questions/{question}/merge": Act({"into": "{asked}"}, where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/questions/{question}/pick": Act(where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/questions/{question}/answer": Act({"text": "x"}, where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/questions/{question}/hide": Act(where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/run-sheet/{step}": Act({}, where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/lecture/close": Act(where=IN_THE_LECTURE),
    "POST /v1/activities/{activity}/reschedule": [Act(LATER), Act(LATER, KOKO, {"activity": "in our chat"})],
    "POST /v1/activities/{activity}/complete": Act(),
    "POST /v1/activities/{activity}/cancel": Act({"reason": "x"}),
}


@pytest.fixture(scope="module")
def scene(service_databases: ServiceDatabases) -> Scene:
    harness = service_databases.harness(EventsHarness, "scope")
    harness.open_regions(KEDIRI, BLITAR)
    things = standing(harness)

    return Scene(
        lambda actor, method, path, body: harness.call(actor, method, path, body, settle=False).status,
        harness.application.log.head,
        lambda: stored(harness.application.core.database, harness.application.runner.readers),
        things,
    )


def standing(harness: EventsHarness) -> dict[str, str]:
    """One of each in KEDIRI: an activity that was held, a lecture that is under way, and others to come."""
    poll = lectures.poll(harness, SOON, SOON + timedelta(days=1))
    held, lecture = harness.published(), lectures.announced(harness)
    harness.register(held, "ani")
    harness.clock.advance(START - harness.clock.now())
    said = [
        harness.post(person("ani"), f"/v1/activities/{held}/problems", {"text": text}).body["problem"] for text in "xy"
    ]
    harness.hold(held, "ani")
    material = harness.post(RANI, f"/v1/activities/{held}/materials", LINK).body["material"]
    assert harness.post(RANI, f"/v1/activities/{held}/certificates").status == 201
    harness.settle()
    harness.show()
    (certificate,) = harness.get(RANI, f"/v1/certificates?activity={held}").body["items"]
    lectures.opened(harness, lecture, "open", "present", "take-questions")
    questions = [lectures.ask(harness, lecture, name) for name in ("ani", "budi")]
    venue, topic = harness.venue(), harness.topic()
    coming = harness.published(venue=venue, **TIMES)
    harness.register(coming, "citra")
    group = lectures.group(harness, chat="-100999")
    in_our_chat = harness.post(KOKO, "/v1/lectures", {**LECTURE, **TIMES, **IN_BLITAR, "group": group})
    return {
        "held": held,
        "lecture": lecture,
        "problem": said[0],
        "other": said[1],
        "material": material,
        "code": certificate["code"],
        "question": questions[0],
        "asked": questions[1],
        "venue": venue,
        "topic": topic,
        "activity": coming,
        "planned": str(harness.plan(**TIMES).body["activity"]),
        "poll": poll,
        "group": group,
        "in our chat": str(in_our_chat.body["activity"]),
        "person": "rani",
        "seated": "citra",
        "step": "presence",
    }


def test_every_public_write_route_is_checked_for_its_region_scope() -> None:
    assert write_routes(definition().routes) == OWN.keys() | OFFICE.keys()


def test_a_person_outside_a_regions_scope_can_change_nothing_there(scene: Scene) -> None:
    check_outsiders(scene, OFFICE)


def test_anonymous_callers_and_partner_programs_are_refused_office_acts(scene: Scene) -> None:
    check_nobody(scene, OFFICE)


def test_office_holders_pass_the_policy_for_every_act(scene: Scene) -> None:
    check_holders(scene, OFFICE)
