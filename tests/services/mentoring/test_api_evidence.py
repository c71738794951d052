from datetime import timedelta
from typing import Any

from pymongo.database import Database

from services.kernel.base.times import moment
from services.kernel.declare.policy import ANONYMOUS
from services.mentoring.domain.weeks import WEEK, monday_of, name_of
from services.mentoring.views.mentorships import BACKUPS_AT_MOST, MENTORSHIPS
from tests.services.mentoring.accompanied import BUDI, MIRA, SRI, affiliate, live, loans, opened, register
from tests.services.mentoring.harness import RANI, MentoringHarness
from tests.support.sample_community import person
from tests.support.service_harness import Reply


def begun(stage: MentoringHarness) -> str:
    register(stage)
    path = opened(stage)
    live(stage, path)
    return path


def this_week(stage: MentoringHarness) -> str:
    return name_of(monday_of(stage.clock.now()))


def go_on(stage: MentoringHarness, path: str, weeks: int, count: int = 12) -> None:
    """So many weeks pass, each reported on its last day but one."""
    for _ in range(weeks):
        stage.clock.advance(timedelta(days=5))
        assert stage.post(SRI, f"{path}/evidence", loans(this_week(stage), count), settle=False).status == 201
        stage.clock.advance(timedelta(days=2))


def back_up(stage: MentoringHarness, path: str, ok: bool = True) -> Reply:
    made = (stage.clock.now() - timedelta(hours=1)).isoformat()
    return stage.post(SRI, f"{path}/evidence", {"kind": "backup", "at": made, "ok": ok}, settle=False)


def window(stage: MentoringHarness, path: str) -> tuple[int, bool]:
    shown = stage.get(RANI, path).body["window"]
    return shown["have"], shown["backup"]


def test_four_weeks_with_loans_and_a_backup_and_it_runs_smoothly(stage: MentoringHarness) -> None:
    path = begun(stage)
    go_on(stage, path, 3)
    refused = stage.post(MIRA, f"{path}/smooth", settle=False).body
    assert (refused["rule"], refused["have"], refused["need"]) == ("window-not-complete", 3, 4)
    go_on(stage, path, 1)
    assert stage.post(MIRA, f"{path}/smooth", settle=False).rule == "no-backup"
    assert back_up(stage, path, ok=False).status == 201
    assert stage.post(MIRA, f"{path}/smooth", settle=False).rule == "no-backup"
    assert back_up(stage, path).status == 201
    blocker = stage.post(BUDI, f"{path}/blockers", {"text": "Printer rusak."}).body["blocker"]
    assert stage.post(MIRA, f"{path}/smooth", settle=False).rule == "open-blocker"
    assert stage.get(SRI, path).body["open_blockers"][0]["text"] == "Printer rusak."
    assert not stage.post(MIRA, f"{path}/blockers/{blocker}/clear").body["open"]
    assert stage.post(SRI, f"{path}/smooth", settle=False).status == 403
    assert stage.post(MIRA, f"{path}/smooth", settle=False).body["proposed_by"] == "mira"
    assert stage.post(MIRA, f"{path}/smooth/confirmation", settle=False).status == 403
    assert stage.post(BUDI, f"{path}/smooth/confirmation", settle=False).body["stage"] == "smooth"
    stage.clock.advance(8 * WEEK)
    shown = stage.get(RANI, path).body
    assert shown["smooth_since"]
    assert (shown["window"], shown["missed"]) == (None, [])
    assert stage.post(RANI, f"{path}/close", {"why": "smooth"}).status == 200


def test_a_week_without_evidence_restarts_the_window_at_its_deadline(stage: MentoringHarness) -> None:
    path = begun(stage)
    go_on(stage, path, 2)
    lost = this_week(stage)
    stage.clock.advance(WEEK)
    stage.settle()
    assert stage.get(RANI, path).body["missed"] == []
    stage.clock.advance(timedelta(days=3))
    stage.settle()
    shown = stage.get(RANI, path).body
    assert shown["missed"] == [lost]
    assert (shown["window"]["have"], shown["window"]["first"]) == (0, this_week(stage))
    assert stage.post(SRI, f"{path}/evidence", loans(lost)).rule == "week-is-closed"


def test_deadlines_that_come_together_are_judged_one_after_the_other(stage: MentoringHarness) -> None:
    path = begun(stage)
    first = monday_of(stage.clock.now())
    stage.clock.advance(3 * WEEK)
    stage.settle()
    assert stage.get(RANI, path).body["missed"] == [name_of(first), name_of(first + WEEK)]


def test_evidence_is_measured_only_with_the_key_of_the_librarys_server(
    stage: MentoringHarness, database: Database[dict[str, Any]]
) -> None:
    path = begun(stage)
    week = this_week(stage)
    assert stage.post(ANONYMOUS, f"{path}/evidence", loans(week), settle=False).status == 401
    assert stage.post(ANONYMOUS, f"{path}/evidence", loans(week, key="bukti_x"), settle=False).status == 401
    assert stage.post(ANONYMOUS, "/v1/mentorships/nowhere/evidence", loans(week, key="bukti_x")).status == 401
    assert stage.post(person("orang"), f"{path}/evidence-key").status == 404
    issued = stage.post(SRI, f"{path}/evidence-key", key="k")
    assert issued.status == 201
    assert stage.post(SRI, f"{path}/evidence-key", key="k").body == issued.body
    key = issued.body["key"]
    measured = stage.post(ANONYMOUS, f"{path}/evidence", loans(week, 31, key=key), settle=False)
    assert (measured.status, measured.body["source"]) == (201, "measured")
    assert stage.post(SRI, f"{path}/evidence", loans(week, 30)).body["source"] == "stated"
    assert stage.get(RANI, path).body["evidence"]["loans"] == [{"week": week, "measured": 31, "stated": 30}]
    other = stage.post(SRI, f"{path}/evidence-key").body["key"]
    assert other != key
    assert stage.post(ANONYMOUS, f"{path}/evidence", loans(week, 32, key=key), settle=False).status == 401
    assert stage.post(ANONYMOUS, f"{path}/evidence", loans(week, 32, key=other), settle=False).status == 201
    kept = str(list(database["commits"].find()))
    assert key not in kept
    assert other not in kept


def test_evidence_that_says_too_little_or_too_much_is_malformed(stage: MentoringHarness) -> None:
    path = begun(stage)
    for body in (
        {"kind": "loans", "week": "2026-W10"},
        loans("2026-10"),
        loans("2026-W10", -1),
        loans("2026-W10", at="2026-03-02T01:00:00Z"),
        {"kind": "backup", "at": "2026-03-02T01:00:00Z"},
        {"kind": "coffee"},
    ):
        assert stage.post(SRI, f"{path}/evidence", body, settle=False).status == 400, body


def test_a_regressed_library_recovers_with_a_new_window(stage: MentoringHarness) -> None:
    path = begun(stage)
    go_on(stage, path, 4)
    back_up(stage, path)
    stage.post(MIRA, f"{path}/smooth", settle=False)
    stage.post(SRI, f"{path}/smooth/confirmation", settle=False)
    fell = stage.post(SRI, f"{path}/regression", {"reason": "Server mati, kembali ke buku."})
    assert fell.body["stage"] == "probation"
    assert window(stage, path) == (0, True)
    assert stage.post(MIRA, f"{path}/smooth", settle=False).rule == "window-not-complete"
    go_on(stage, path, 4)
    back_up(stage, path)
    assert stage.post(MIRA, f"{path}/smooth", settle=False).status == 201
    assert stage.post(SRI, f"{path}/smooth/confirmation", settle=False).body["stage"] == "smooth"
    shown = stage.get(SRI, path).body
    assert shown["regressions"][0]["reason"] == "Server mati, kembali ke buku."
    assert [each["stage"] for each in shown["history"]][-3:] == ["smooth", "probation", "smooth"]


def test_a_case_shows_no_proposal_after_its_window_or_mentor_is_gone(stage: MentoringHarness) -> None:
    path = begun(stage)
    go_on(stage, path, 4)
    back_up(stage, path)
    stage.post(MIRA, f"{path}/smooth")
    stage.post(RANI, f"{path}/mentors", {"person": "tono", "role": "co-mentor"})
    assert stage.get(RANI, path).body["proposed_by"] == "mira"
    stage.call(MIRA, "DELETE", f"{path}/mentors/mira")
    assert stage.get(RANI, path).body["proposed_by"] is None
    assert stage.post(RANI, f"{path}/smooth").body["proposed_by"] == "rani"
    stage.call(RANI, "DELETE", f"{path}/mentors/tono")
    assert stage.get(RANI, path).body["proposed_by"] == "rani"
    stage.clock.advance(WEEK + timedelta(days=3))
    stage.settle()
    assert stage.get(RANI, path).body["proposed_by"] is None


def test_the_community_does_not_confirm_to_itself(stage: MentoringHarness) -> None:
    path = begun(stage)
    affiliate(stage, "rani")
    go_on(stage, path, 4)
    back_up(stage, path)
    stage.post(MIRA, f"{path}/smooth", settle=False)
    assert stage.post(RANI, f"{path}/smooth/confirmation", settle=False).rule == "confirmed-by-the-library"
    assert stage.post(SRI, f"{path}/smooth/confirmation", settle=False).body["stage"] == "smooth"


def test_a_case_keeps_the_last_backups_and_the_newest_good_one(stage: MentoringHarness) -> None:
    path = begun(stage)
    back_up(stage, path)
    good = stage.clock.now() - timedelta(hours=1)
    for _ in range(BACKUPS_AT_MOST + 2):
        stage.clock.advance(timedelta(minutes=1))
        back_up(stage, path, ok=False)
        back_up(stage, path, ok=False)
    shown = stage.get(RANI, path).body
    assert shown["installation"]["last_backup"] == moment(good)
    assert len({each["made"] for each in shown["evidence"]["backups"]}) == 10
    kept = stage.application.core.views.get(MENTORSHIPS, path.rpartition("/")[2])
    assert kept is not None
    assert len(kept.backups) == BACKUPS_AT_MOST
