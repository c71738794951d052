from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from tests.services.events.harness import RANI, EventsHarness
from tests.services.events.lectures import EVENING, HOUR, announced, group, told
from tests.support.sample_community import person


def in_whatsapp(stage: EventsHarness) -> str:
    return announced(stage, group=group(stage, channel="whatsapp", chat=None))


def sheet(stage: EventsHarness, activity: str, who: Any = RANI) -> Any:
    return stage.get(who, f"/v1/activities/{activity}/run-sheet").body


def tick(stage: EventsHarness, activity: str, step: str, **body: Any) -> Any:
    return stage.post(RANI, f"/v1/activities/{activity}/run-sheet/{step}", body)


def test_on_whatsapp_the_sheet_says_what_to_post_and_when_to_change_the_group(stage: EventsHarness) -> None:
    steps = {step["step"]: step for step in sheet(stage, in_whatsapp(stage))["steps"]}
    assert list(steps)[:5] == ["announce", "remind", "open", "presence", "restrict"]
    assert "Senin, 9 Maret 2026, pukul 19.00–20.00 WIB" in steps["announce"]["text"]
    assert steps["announce"]["share"].startswith("https://wa.me/?text=")
    assert unquote(steps["open"]["share"].partition("text=")[2]) == steps["open"]["text"]
    assert (steps["restrict"]["text"], steps["open"]["drives"]) == (None, "opened")
    assert steps["announce"]["planned"] == "2026-03-08T12:00:00Z"


def test_where_the_chat_is_restricted_by_itself_nobody_is_told_to(stage: EventsHarness) -> None:
    steps = [step["step"] for step in sheet(stage, announced(stage))["steps"]]
    assert "restrict" not in steps
    assert "lift" not in steps


def test_a_tick_moves_the_lecture_where_the_step_begins_a_phase(stage: EventsHarness) -> None:
    activity = in_whatsapp(stage)
    assert tick(stage, activity, "announce").body["done"] == "2026-03-02T01:00:00Z"
    assert tick(stage, activity, "present").rule == "lecture-out-of-order"
    stage.clock.advance(EVENING - stage.clock.now())
    phases = [tick(stage, activity, step).body["phase"] for step in ("open", "restrict", "present")]
    assert phases == ["opened", "opened", "presentation"]
    done = {step["step"]: step["done"] is not None for step in sheet(stage, activity)["steps"]}
    assert [step for step, is_done in done.items() if is_done] == ["announce", "open", "restrict", "present"]
    assert tick(stage, activity, "restrict", done=False).body["done"] is None
    assert tick(stage, activity, "open", done=False).status == 400
    assert tick(stage, activity, "dance").status == 404


def test_steps_are_ticked_afterwards_with_the_time_they_were_done(stage: EventsHarness) -> None:
    activity = in_whatsapp(stage)
    stage.clock.advance(EVENING + 3 * HOUR - stage.clock.now())
    for minutes, step in ((0, "open"), (5, "present"), (40, "take-questions"), (58, "close")):
        at = (EVENING + timedelta(minutes=minutes)).isoformat()
        assert tick(stage, activity, step, at=at).status == 200
    assert [each["activity"] for each in told(stage, "lecture-closed")] == [activity]
    done = {step["step"]: step["done"] for step in sheet(stage, activity)["steps"]}
    assert (done["open"], done["close"]) == ("2026-03-09T12:00:00Z", "2026-03-09T12:58:00Z")


def test_in_a_chat_that_follows_at_once_nothing_is_ticked_afterwards(stage: EventsHarness) -> None:
    activity = announced(stage)
    assert tick(stage, activity, "open", at=EVENING.isoformat()).status == 400


def test_the_run_sheet_is_for_leaders_of_the_lecture(stage: EventsHarness) -> None:
    activity = in_whatsapp(stage)
    assert stage.get(person("ani"), f"/v1/activities/{activity}/run-sheet").status == 403
    assert stage.get(person("dosen"), f"/v1/activities/{activity}/run-sheet").status == 200
    assert stage.get(RANI, f"/v1/activities/{stage.published()}/run-sheet").status == 404
