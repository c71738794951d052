from datetime import timedelta
from typing import Any

from pymongo.database import Database

from services.kernel.declare.policy import ANONYMOUS
from tests.services.mentoring.harness import BIMA, RANI, MentoringHarness
from tests.services.mentoring.sample_library import BUDI, MIRA, SRI, affiliate, leave, live, opened, register
from tests.support.sample_community import person

VISIT = {"minutes": 90, "done": "Memasang SLiMS.", "next": "Isi 100 judul.", "internal": "Kepala kurang mendukung."}


def accompanied(harness: MentoringHarness) -> str:
    register(harness)
    return opened(harness)


def test_a_visit_is_entered_with_three_fields_and_counts_its_hours(harness: MentoringHarness) -> None:
    path = accompanied(harness)
    assert harness.post(MIRA, f"{path}/visits", {"minutes": 30, "done": "Menelepon."}, settle=False).status == 201
    harness.clock.advance(timedelta(minutes=1))
    assert (
        harness.post(MIRA, f"{path}/visits", VISIT | {"staff": ["sri"], "mode": "on-site"}, settle=False).status == 201
    )
    harness.clock.advance(timedelta(days=1))
    late = {"minutes": 15, "done": "Menyusul: membalas chat.", "day": "2026-03-01", "mode": "chat"}
    assert harness.post(MIRA, f"{path}/visits", late, settle=False).status == 201
    listed = harness.get(SRI, f"{path}/visits").body["items"]
    assert [each["done"] for each in listed] == ["Memasang SLiMS.", "Menelepon.", "Menyusul: membalas chat."]
    shown = harness.get(RANI, path).body
    assert (shown["visits"], shown["minutes"], shown["hours"]) == (3, 135, 2.2)
    assert shown["given_by"] == [{"person": "mira", "minutes": 135}]
    assert shown["cost"] == {
        "rupiah": 337500,
        "rupiah_an_hour": 150000,
        "since": "2026-01-01",
        "source": "stated by the community",
    }


def test_internal_notes_are_for_those_who_accompany_and_not_for_the_library(harness: MentoringHarness) -> None:
    path = accompanied(harness)
    harness.post(MIRA, f"{path}/visits", VISIT, settle=False)
    (seen,) = harness.get(RANI, f"{path}/visits").body["items"]
    assert (seen["done"], seen["internal"]) == ("Memasang SLiMS.", "Kepala kurang mendukung.")
    (seen,) = harness.get(SRI, f"{path}/visits").body["items"]
    assert seen["next"] == "Isi 100 judul."
    assert "internal" not in seen
    assert "Kepala kurang" not in str(harness.get(SRI, f"{path}/handover").body)


def test_a_visit_that_makes_no_sense(harness: MentoringHarness) -> None:
    path = accompanied(harness)
    assert harness.post(SRI, f"{path}/visits", VISIT, settle=False).status == 403
    assert harness.post(BIMA, f"{path}/visits", VISIT, settle=False).status == 404
    assert harness.post(MIRA, f"{path}/visits", VISIT | {"staff": ["orang"]}, settle=False).status == 400
    assert harness.post(MIRA, f"{path}/visits", VISIT | {"minutes": 0}, settle=False).status == 400
    tomorrow = (harness.clock.now() + timedelta(days=1)).date().isoformat()
    assert harness.post(MIRA, f"{path}/visits", VISIT | {"day": tomorrow}, settle=False).rule == "visit-lies-ahead"
    harness.post(RANI, f"{path}/close", {"why": "moved"})
    assert harness.post(MIRA, f"{path}/visits", VISIT, settle=False).rule == "mentorship-closed"


def test_what_the_visitor_wrote_is_gone_when_the_visitor_is_and_the_hours_stay(harness: MentoringHarness) -> None:
    path = accompanied(harness)
    harness.post(MIRA, f"{path}/visits", VISIT, settle=False)
    harness.hear("member-erased", "mira", {"person": "mira", "ids": ["mira"]})
    (seen,) = harness.get(RANI, f"{path}/visits").body["items"]
    assert (seen["done"], seen["next"], seen["internal"], seen["minutes"]) == (None, None, None, 90)
    assert harness.get(RANI, path).body["minutes"] == 90


def test_when_the_operator_leaves_the_case_stays_and_the_newcomer_finds_all_that_is_needed(
    harness: MentoringHarness,
) -> None:
    path = accompanied(harness)
    live(harness, path)
    harness.post(MIRA, f"{path}/visits", VISIT, settle=False)
    harness.post(BUDI, f"{path}/blockers", {"text": "Printer rusak."}, settle=False)
    harness.post(SRI, f"{path}/installation", {"version": "v9.4.2", "host": "library-computer"}, settle=False)
    harness.clock.advance(timedelta(days=2))
    made = (harness.clock.now() - timedelta(hours=1)).isoformat()
    harness.post(SRI, f"{path}/evidence", {"kind": "backup", "at": made, "ok": True}, settle=False)
    assert not any(each["due"] for each in harness.get(SRI, f"{path}/handover").body["passwords"])
    leave(harness, "sri")
    affiliate(harness, "nina")
    nina = person("nina")
    assert harness.get(SRI, f"{path}/handover").status == 404
    shown = harness.get(nina, f"{path}/handover").body
    assert (shown["stage"], shown["mentors"], shown["next"][0]["text"]) == ("probation", ["mira"], "Isi 100 judul.")
    assert shown["blockers"][0]["text"] == "Printer rusak."
    assert {each["password"] for each in shown["passwords"] if each["due"]} >= {"slims-admin", "database"}
    assert shown["installation"]["outdated"]
    assert shown["installation"]["last_backup"]
    assert [each["person"] for each in shown["staff"] if each["until"]] == ["sri"]
    harness.clock.advance(timedelta(days=1))
    assert harness.post(nina, f"{path}/handover/passwords", {"passwords": ["slims-admin"]}).status == 201
    assert harness.post(nina, f"{path}/handover/passwords", {"passwords": ["rahasia123"]}).status == 400
    due = {each["password"]: each["due"] for each in harness.get(nina, f"{path}/handover").body["passwords"]}
    assert (due["slims-admin"], due["database"]) == (False, True)
    assert harness.post(nina, f"{path}/installation", {"version": "9.6.1", "host": "school-server"}).status == 201
    assert not harness.get(nina, path).body["installation"]["outdated"]


def test_progress_is_seen_without_a_login_until_the_address_expires(
    harness: MentoringHarness, database: Database[dict[str, Any]]
) -> None:
    path = accompanied(harness)
    harness.post(MIRA, f"{path}/visits", VISIT, settle=False)
    harness.post(BUDI, f"{path}/blockers", {"text": "Printer rusak."}, settle=False)
    made = harness.post(SRI, f"{path}/links", {"days": 7}, key="k").body
    assert harness.post(SRI, f"{path}/links", {"days": 7}, key="k").body == made
    shown = harness.get(ANONYMOUS, f"/v1/progress/{made['secret']}").body
    assert (shown["library"], shown["stage"], shown["hours"]) == ("SMAN 4 Contoh", "wanted", 1.5)
    assert not any(word in str(shown) for word in ("Printer", "mira", "sri", "Kepala"))
    assert harness.get(ANONYMOUS, f"/v1/progress/{made['secret'][:-1]}x").status == 404
    assert harness.get(ANONYMOUS, "/v1/progress/nothing").status == 404
    assert made["secret"] not in str(list(database["commits"].find()))
    harness.clock.advance(timedelta(days=8))
    assert harness.get(ANONYMOUS, f"/v1/progress/{made['secret']}").status == 404


def test_what_is_installed_is_noted_with_a_number_that_can_be_compared(harness: MentoringHarness) -> None:
    path = accompanied(harness)
    for version in ("Bulian", "9", "\u00b2", "9.\u00b2", "\u0669.\u0666"):
        refused = harness.post(SRI, f"{path}/installation", {"version": version, "host": "hosting"}, settle=False)
        assert (refused.status, list(refused.body["errors"])) == (400, ["version"]), version
    noted = {"version": "9.6.1\u00b2", "host": "hosting"}
    assert harness.post(SRI, f"{path}/installation", noted, settle=False).status == 201
    for page in (path, f"{path}/handover"):
        assert harness.get(RANI, page).body["installation"]["outdated"] is False


def test_passwords_stay_due_when_whoever_left_comes_back_and_another_role_is_no_leaving(
    harness: MentoringHarness,
) -> None:
    path = accompanied(harness)

    def due() -> set[bool]:
        return {each["due"] for each in harness.get(SRI, f"{path}/handover").body["passwords"]}

    harness.clock.advance(timedelta(days=1))
    leave(harness, "budi")
    affiliate(harness, "budi")  # told at one moment: another role
    assert due() == {False}
    leave(harness, "budi")
    harness.clock.advance(timedelta(days=60))
    affiliate(harness, "budi")
    assert due() == {True}
    names = [each["password"] for each in harness.get(SRI, f"{path}/handover").body["passwords"]]
    assert harness.post(SRI, f"{path}/handover/passwords", {"passwords": names}).status == 201
    assert due() == {False}
    harness.clock.advance(timedelta(days=1))
    leave(harness, "budi")
    affiliate(harness, "budi")
    assert due() == {False}
