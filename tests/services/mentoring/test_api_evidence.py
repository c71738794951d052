from datetime import timedelta
from typing import Any

from pymongo.database import Database

from services.kernel.base.times import moment
from services.kernel.declare.policy import ANONYMOUS
from services.mentoring.domain.weeks import WEEK, monday_of, name_of
from services.mentoring.views.mentorships import MAX_BACKUPS, MENTORSHIPS
from tests.services.mentoring.harness import RANI, MentoringHarness
from tests.services.mentoring.sample_library import BUDI, MIRA, SRI, affiliate, live, loans, opened, register
from tests.support.sample_community import person
from tests.support.service_harness import Reply


def begun(harness: MentoringHarness) -> str:
    register(harness)
    path = opened(harness)
    live(harness, path)
    return path


def this_week(harness: MentoringHarness) -> str:
    return name_of(monday_of(harness.clock.now()))


def go_on(harness: MentoringHarness, path: str, weeks: int, count: int = 12) -> None:
    """So many weeks pass, each reported on its last day but one."""
    for _ in range(weeks):
        harness.clock.advance(timedelta(days=5))
        assert harness.post(SRI, f"{path}/evidence", loans(this_week(harness), count), settle=False).status == 201
        harness.clock.advance(timedelta(days=2))


def back_up(harness: MentoringHarness, path: str, ok: bool = True) -> Reply:
    made = (harness.clock.now() - timedelta(hours=1)).isoformat()
    return harness.post(SRI, f"{path}/evidence", {"kind": "backup", "at": made, "ok": ok}, settle=False)


def window(harness: MentoringHarness, path: str) -> tuple[int, bool]:
    shown = harness.get(RANI, path).body["window"]
    return shown["have"], shown["backup"]


def test_four_weeks_with_loans_and_a_backup_and_it_runs_smoothly(harness: MentoringHarness) -> None:
    path = begun(harness)
    go_on(harness, path, 3)
    refused = harness.post(MIRA, f"{path}/smooth", settle=False).body
    assert (refused["rule"], refused["have"], refused["need"]) == ("window-not-complete", 3, 4)
    go_on(harness, path, 1)
    assert harness.post(MIRA, f"{path}/smooth", settle=False).rule == "no-backup"
    assert back_up(harness, path, ok=False).status == 201
    assert harness.post(MIRA, f"{path}/smooth", settle=False).rule == "no-backup"
    assert back_up(harness, path).status == 201
    blocker = harness.post(BUDI, f"{path}/blockers", {"text": "Printer rusak."}).body["blocker"]
    assert harness.post(MIRA, f"{path}/smooth", settle=False).rule == "open-blocker"
    assert harness.get(SRI, path).body["open_blockers"][0]["text"] == "Printer rusak."
    assert not harness.post(MIRA, f"{path}/blockers/{blocker}/clear").body["open"]
    assert harness.post(SRI, f"{path}/smooth", settle=False).status == 403
    assert harness.post(MIRA, f"{path}/smooth", settle=False).body["proposed_by"] == "mira"
    assert harness.post(MIRA, f"{path}/smooth/confirmation", settle=False).status == 403
    assert harness.post(BUDI, f"{path}/smooth/confirmation", settle=False).body["stage"] == "smooth"
    harness.clock.advance(8 * WEEK)
    shown = harness.get(RANI, path).body
    assert shown["smooth_since"]
    assert (shown["window"], shown["missed"]) == (None, [])
    assert harness.post(RANI, f"{path}/close", {"why": "smooth"}).status == 200


def test_a_week_without_evidence_restarts_the_window_at_its_deadline(harness: MentoringHarness) -> None:
    path = begun(harness)
    go_on(harness, path, 2)
    lost = this_week(harness)
    harness.clock.advance(WEEK)
    harness.settle()
    assert harness.get(RANI, path).body["missed"] == []
    harness.clock.advance(timedelta(days=3))
    harness.settle()
    shown = harness.get(RANI, path).body
    assert shown["missed"] == [lost]
    assert (shown["window"]["have"], shown["window"]["first"]) == (0, this_week(harness))
    assert harness.post(SRI, f"{path}/evidence", loans(lost)).rule == "week-is-closed"


def test_deadlines_that_come_together_are_judged_one_after_the_other(harness: MentoringHarness) -> None:
    path = begun(harness)
    first = monday_of(harness.clock.now())
    harness.clock.advance(3 * WEEK)
    harness.settle()
    assert harness.get(RANI, path).body["missed"] == [name_of(first), name_of(first + WEEK)]


def test_evidence_is_measured_only_with_the_key_of_the_librarys_server(
    harness: MentoringHarness, database: Database[dict[str, Any]]
) -> None:
    path = begun(harness)
    week = this_week(harness)
    assert harness.post(ANONYMOUS, f"{path}/evidence", loans(week), settle=False).status == 401
    assert harness.post(ANONYMOUS, f"{path}/evidence", loans(week, key="bukti_x"), settle=False).status == 401
    assert harness.post(ANONYMOUS, "/v1/mentorships/nowhere/evidence", loans(week, key="bukti_x")).status == 401
    assert harness.post(person("orang"), f"{path}/evidence-key").status == 404
    issued = harness.post(SRI, f"{path}/evidence-key", key="k")
    assert issued.status == 201
    assert harness.post(SRI, f"{path}/evidence-key", key="k").body == issued.body
    key = issued.body["key"]
    measured = harness.post(ANONYMOUS, f"{path}/evidence", loans(week, 31, key=key), settle=False)
    assert (measured.status, measured.body["source"]) == (201, "measured")
    assert harness.post(SRI, f"{path}/evidence", loans(week, 30)).body["source"] == "stated"
    assert harness.get(RANI, path).body["evidence"]["loans"] == [{"week": week, "measured": 31, "stated": 30}]
    other = harness.post(SRI, f"{path}/evidence-key").body["key"]
    assert other != key
    assert harness.post(ANONYMOUS, f"{path}/evidence", loans(week, 32, key=key), settle=False).status == 401
    assert harness.post(ANONYMOUS, f"{path}/evidence", loans(week, 32, key=other), settle=False).status == 201
    kept = str(list(database["commits"].find()))
    assert key not in kept
    assert other not in kept


def test_evidence_that_says_too_little_or_too_much_is_malformed(harness: MentoringHarness) -> None:
    path = begun(harness)
    for body in (
        {"kind": "loans", "week": "2026-W10"},
        loans("2026-10"),
        loans("2026-W10", -1),
        loans("2026-W10", at="2026-03-02T01:00:00Z"),
        {"kind": "backup", "at": "2026-03-02T01:00:00Z"},
        {"kind": "coffee"},
    ):
        assert harness.post(SRI, f"{path}/evidence", body, settle=False).status == 400, body


def test_a_regressed_library_recovers_with_a_new_window(harness: MentoringHarness) -> None:
    path = begun(harness)
    go_on(harness, path, 4)
    back_up(harness, path)
    harness.post(MIRA, f"{path}/smooth", settle=False)
    harness.post(SRI, f"{path}/smooth/confirmation", settle=False)
    fell = harness.post(SRI, f"{path}/regression", {"reason": "Server mati, kembali ke buku."})
    assert fell.body["stage"] == "probation"
    assert window(harness, path) == (0, True)
    assert harness.post(MIRA, f"{path}/smooth", settle=False).rule == "window-not-complete"
    go_on(harness, path, 4)
    back_up(harness, path)
    assert harness.post(MIRA, f"{path}/smooth", settle=False).status == 201
    assert harness.post(SRI, f"{path}/smooth/confirmation", settle=False).body["stage"] == "smooth"
    shown = harness.get(SRI, path).body
    assert shown["regressions"][0]["reason"] == "Server mati, kembali ke buku."
    assert [each["stage"] for each in shown["history"]][-3:] == ["smooth", "probation", "smooth"]


def test_a_case_shows_no_proposal_after_its_window_or_mentor_is_gone(harness: MentoringHarness) -> None:
    path = begun(harness)
    go_on(harness, path, 4)
    back_up(harness, path)
    harness.post(MIRA, f"{path}/smooth")
    harness.post(RANI, f"{path}/mentors", {"person": "tono", "role": "co-mentor"})
    assert harness.get(RANI, path).body["proposed_by"] == "mira"
    harness.call(MIRA, "DELETE", f"{path}/mentors/mira")
    assert harness.get(RANI, path).body["proposed_by"] is None
    assert harness.post(RANI, f"{path}/smooth").body["proposed_by"] == "rani"
    harness.call(RANI, "DELETE", f"{path}/mentors/tono")
    assert harness.get(RANI, path).body["proposed_by"] == "rani"
    harness.clock.advance(WEEK + timedelta(days=3))
    harness.settle()
    assert harness.get(RANI, path).body["proposed_by"] is None


def test_a_coordinator_cannot_confirm_for_the_library(harness: MentoringHarness) -> None:
    path = begun(harness)
    affiliate(harness, "rani")
    go_on(harness, path, 4)
    back_up(harness, path)
    harness.post(MIRA, f"{path}/smooth", settle=False)
    assert harness.post(RANI, f"{path}/smooth/confirmation", settle=False).rule == "confirmed-by-the-library"
    assert harness.post(SRI, f"{path}/smooth/confirmation", settle=False).body["stage"] == "smooth"


def test_a_case_keeps_the_last_backups_and_the_newest_good_one(harness: MentoringHarness) -> None:
    path = begun(harness)
    back_up(harness, path)
    good = harness.clock.now() - timedelta(hours=1)
    for _ in range(MAX_BACKUPS + 2):
        harness.clock.advance(timedelta(minutes=1))
        back_up(harness, path, ok=False)
        back_up(harness, path, ok=False)
    shown = harness.get(RANI, path).body
    assert shown["installation"]["last_backup"] == moment(good)
    assert len({each["made"] for each in shown["evidence"]["backups"]}) == 10
    kept = harness.application.core.views.get(MENTORSHIPS, path.rpartition("/")[2])
    assert kept is not None
    assert len(kept.backups) == MAX_BACKUPS
