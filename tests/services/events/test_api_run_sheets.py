from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from tests.services.events.harness import RANI, EventsHarness
from tests.services.events.sample_lectures import EVENING, HOUR, announced, group, told
from tests.support.sample_community import person


def in_whatsapp(harness: EventsHarness) -> str:
    return announced(harness, group=group(harness, channel="whatsapp", chat=None))


def sheet(harness: EventsHarness, activity: str, who: Any = RANI) -> Any:
    return harness.get(who, f"/v1/activities/{activity}/run-sheet").body


def tick(harness: EventsHarness, activity: str, step: str, **body: Any) -> Any:
    return harness.post(RANI, f"/v1/activities/{activity}/run-sheet/{step}", body)


def test_on_whatsapp_the_sheet_says_what_to_post_and_when_to_change_the_group(harness: EventsHarness) -> None:
    steps = {step["step"]: step for step in sheet(harness, in_whatsapp(harness))["steps"]}
    assert list(steps)[:5] == ["announce", "remind", "open", "presence", "restrict"]
    assert "Senin, 9 Maret 2026, pukul 19.00–20.00 WIB" in steps["announce"]["text"]
    assert steps["announce"]["share"].startswith("https://wa.me/?text=")
    assert unquote(steps["open"]["share"].partition("text=")[2]) == steps["open"]["text"]
    assert (steps["restrict"]["text"], steps["open"]["drives"]) == (None, "opened")
    assert steps["announce"]["planned"] == "2026-03-08T12:00:00Z"


def test_the_telegram_run_sheet_has_no_step_for_restricting_the_chat(harness: EventsHarness) -> None:
    steps = [step["step"] for step in sheet(harness, announced(harness))["steps"]]
    assert "restrict" not in steps
    assert "lift" not in steps


def test_a_tick_moves_the_lecture_where_the_step_begins_a_phase(harness: EventsHarness) -> None:
    activity = in_whatsapp(harness)
    assert tick(harness, activity, "announce").body["done"] == "2026-03-02T01:00:00Z"
    assert tick(harness, activity, "present").rule == "lecture-out-of-order"
    harness.clock.advance(EVENING - harness.clock.now())
    phases = [tick(harness, activity, step).body["phase"] for step in ("open", "restrict", "present")]
    assert phases == ["opened", "opened", "presentation"]
    done = {step["step"]: step["done"] is not None for step in sheet(harness, activity)["steps"]}
    assert [step for step, is_done in done.items() if is_done] == ["announce", "open", "restrict", "present"]
    assert tick(harness, activity, "restrict", done=False).body["done"] is None
    assert tick(harness, activity, "open", done=False).status == 400
    assert tick(harness, activity, "dance").status == 404


def test_steps_are_ticked_afterwards_with_the_time_they_were_done(harness: EventsHarness) -> None:
    activity = in_whatsapp(harness)
    harness.clock.advance(EVENING + 3 * HOUR - harness.clock.now())
    for minutes, step in ((0, "open"), (5, "present"), (40, "take-questions"), (58, "close")):
        at = (EVENING + timedelta(minutes=minutes)).isoformat()
        assert tick(harness, activity, step, at=at).status == 200
    assert [each["activity"] for each in told(harness, "lecture-closed")] == [activity]
    done = {step["step"]: step["done"] for step in sheet(harness, activity)["steps"]}
    assert (done["open"], done["close"]) == ("2026-03-09T12:00:00Z", "2026-03-09T12:58:00Z")


def test_telegram_steps_cannot_be_ticked_with_an_earlier_time(harness: EventsHarness) -> None:
    activity = announced(harness)
    assert tick(harness, activity, "open", at=EVENING.isoformat()).status == 400


def test_the_run_sheet_is_for_leaders_of_the_lecture(harness: EventsHarness) -> None:
    activity = in_whatsapp(harness)
    assert harness.get(person("ani"), f"/v1/activities/{activity}/run-sheet").status == 403
    assert harness.get(person("dosen"), f"/v1/activities/{activity}/run-sheet").status == 200
    assert harness.get(RANI, f"/v1/activities/{harness.published()}/run-sheet").status == 404
