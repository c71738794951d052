"""Polls, groups and lectures of these tests, with whatever does not matter made up."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.services.events.harness import RANI, EventsHarness
from tests.support.sample_community import KEDIRI, NOW, person
from tests.support.service_harness import Reply
from tests.unit.events.sample_times import START

GROUP = {"name": "Pustakawan Kediri", "channel": "telegram", "chat": "-100123", "region": KEDIRI}
EVENING, LATER = START + timedelta(hours=11), START + timedelta(days=1, hours=11)
HOUR = timedelta(hours=1)
OF_A_QUESTION: Mapping[str, Mapping[str, Any]] = {
    "withdraw": {}, "rejoin": {}, "merge": {"into": "r"}, "pick": {}, "hide": {}, "answer": {"text": "x"},
}  # fmt: skip
STEPS = ("open", "present", "take-questions", "close")


def group(harness: EventsHarness, **changed: Any) -> str:
    return str(harness.post(RANI, "/v1/chat-groups", GROUP | changed).body["group"])


def poll(harness: EventsHarness, *times: datetime, quorum: int = 2) -> str:
    options = [{"starts": at.isoformat(), "ends": (at + HOUR).isoformat()} for at in times]
    wish = {"title": "Kapan kuliah?", "region": KEDIRI, "options": options, "quorum": quorum}
    reply = harness.post(RANI, "/v1/polls", wish | {"closes": (NOW + timedelta(days=2)).isoformat()})
    return str(reply.body["poll"])


def lecture(harness: EventsHarness, at: datetime = EVENING, **changed: Any) -> Reply:
    wish = {"title": "Katalog induk", "region": KEDIRI, "agreed_otherwise": "in the meeting of March"}
    wish |= {"starts": at.isoformat(), "ends": (at + HOUR).isoformat()}
    wish |= changed
    return harness.post(RANI, "/v1/lectures", {name: value for name, value in wish.items() if value is not None})


def announced(harness: EventsHarness, at: datetime = EVENING, **changed: Any) -> str:
    activity = str(
        lecture(harness, at, **{"group": changed.pop("group", None) or group(harness), **changed}).body["activity"]
    )
    path = f"/v1/activities/{activity}"
    harness.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    harness.post(RANI, f"{path}/speakers", {"person": "dosen", "role": "speaker", "category": "academic"})
    assert harness.post(RANI, f"{path}/publish").status == 200
    return activity


def step(harness: EventsHarness, activity: str, name: str) -> Reply:
    return harness.post(RANI, f"/v1/activities/{activity}/lecture/{name}")


def told(harness: EventsHarness, kind: str) -> list[Mapping[str, Any]]:
    return [fact.data for fact in harness.application.log.facts(0) if fact.type == kind]


def bodies(activity: str, asked: str) -> dict[str, Mapping[str, Any]]:
    """A good body for each path that something is done at here."""
    times = {"starts": EVENING.isoformat(), "ends": LATER.isoformat()}
    wish = {"title": "x", "region": KEDIRI, "quorum": 1, "closes": NOW.isoformat(), "options": [times, times]}
    new = {"title": "x", "region": KEDIRI, "group": "g", "agreed_otherwise": "so", **times}
    return {
        "/v1/polls": wish,
        f"/v1/polls/{asked}/votes": {"options": [1]},
        f"/v1/polls/{asked}/close": {},
        "/v1/chat-groups": GROUP,
        "/v1/lectures": new,
        **{f"/v1/activities/{activity}/lecture/{name}": {} for name in STEPS},
        f"/v1/activities/{activity}/run-sheet/open": {},
        f"/v1/activities/{activity}/questions": {"text": "x"},
        **{f"/v1/activities/{activity}/questions/q/{name}": body for name, body in OF_A_QUESTION.items()},
    }


def opened(harness: EventsHarness, activity: str, *names: str) -> str:
    """It is its hour, and the lecture has come as far as the last step named."""
    harness.clock.advance(max(EVENING - harness.clock.now(), timedelta()))
    for name in names or ("open",):
        assert step(harness, activity, name).status == 200
    return activity


def ask(harness: EventsHarness, activity: str, who: str, text: str = "Bagaimana?") -> str:
    reply = harness.post(person(who), f"/v1/activities/{activity}/questions", {"text": text})
    return str(reply.body["question"])
