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


def group(stage: EventsHarness, **changed: Any) -> str:
    return str(stage.post(RANI, "/v1/chat-groups", GROUP | changed).body["group"])


def poll(stage: EventsHarness, *times: datetime, quorum: int = 2) -> str:
    options = [{"starts": at.isoformat(), "ends": (at + HOUR).isoformat()} for at in times]
    wish = {"title": "Kapan kuliah?", "region": KEDIRI, "options": options, "quorum": quorum}
    reply = stage.post(RANI, "/v1/polls", wish | {"closes": (NOW + timedelta(days=2)).isoformat()})
    return str(reply.body["poll"])


def lecture(stage: EventsHarness, at: datetime = EVENING, **changed: Any) -> Reply:
    wish = {"title": "Katalog induk", "region": KEDIRI, "agreed_otherwise": "in the meeting of March"}
    wish |= {"starts": at.isoformat(), "ends": (at + HOUR).isoformat()}
    wish |= changed
    return stage.post(RANI, "/v1/lectures", {name: value for name, value in wish.items() if value is not None})


def announced(stage: EventsHarness, at: datetime = EVENING, **changed: Any) -> str:
    activity = str(
        lecture(stage, at, **{"group": changed.pop("group", None) or group(stage), **changed}).body["activity"]
    )
    path = f"/v1/activities/{activity}"
    stage.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    stage.post(RANI, f"{path}/speakers", {"person": "dosen", "role": "speaker", "category": "academic"})
    assert stage.post(RANI, f"{path}/publish").status == 200
    return activity


def step(stage: EventsHarness, activity: str, name: str) -> Reply:
    return stage.post(RANI, f"/v1/activities/{activity}/lecture/{name}")


def told(stage: EventsHarness, kind: str) -> list[Mapping[str, Any]]:
    return [fact.data for fact in stage.application.log.facts(0) if fact.type == kind]


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


def opened(stage: EventsHarness, activity: str, *names: str) -> str:
    """It is its hour, and the lecture has come as far as the last step named."""
    stage.clock.advance(max(EVENING - stage.clock.now(), timedelta()))
    for name in names or ("open",):
        assert step(stage, activity, name).status == 200
    return activity


def ask(stage: EventsHarness, activity: str, who: str, text: str = "Bagaimana?") -> str:
    reply = stage.post(person(who), f"/v1/activities/{activity}/questions", {"text": text})
    return str(reply.body["question"])
