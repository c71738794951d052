from concurrent.futures import ThreadPoolExecutor

from services.kernel.declare.policy import ANONYMOUS
from tests.services.mentoring.accompanied import (
    ALL_THERE,
    BUDI,
    LIBRARY,
    MIRA,
    SRI,
    TICKS,
    adopt,
    affiliate,
    gather,
    leave,
    live,
    opened,
    pass_stage,
    rate,
    register,
)  # fmt: skip
from tests.services.mentoring.harness import BIMA, KOKO, RANI, MentoringHarness, mentor
from tests.support.sample_community import KEDIRI, person

WISH = {"library": LIBRARY, "wish": "Kami ingin memakai SLiMS."}
PATH = "/v1/mentorships"


def pilot(stage: MentoringHarness, path: str) -> str | None:
    return stage.post(RANI, f"{path}/pilot", settle=False).rule


def test_staff_open_a_case_by_a_wish(stage: MentoringHarness) -> None:
    register(stage)
    reply = stage.post(SRI, PATH, WISH)
    assert (reply.status, reply.body["stage"]) == (201, "wanted")
    shown = stage.get(SRI, f"{PATH}/{reply.body['mentorship']}").body
    assert (shown["wish"], shown["name"], shown["region"]) == ("Kami ingin memakai SLiMS.", "SMAN 4 Contoh", KEDIRI)
    assert (shown["template"], shown["may"], shown["window"]) == ("slims-1", ["library"], None)
    assert "Kami ingin" not in str(stage.application.inbox)


def test_only_staff_or_the_regional_coordinator_open_a_case(stage: MentoringHarness) -> None:
    register(stage)
    assert stage.post(person("orang"), PATH, WISH, settle=False).status == 403
    assert stage.post(BIMA, PATH, WISH, settle=False).status == 403
    assert stage.post(ANONYMOUS, PATH, WISH, settle=False).status == 401
    assert stage.post(SRI, PATH, {"library": "nowhere"}, settle=False).status == 404
    assert stage.post(SRI, PATH, WISH | {"software": "excel"}, settle=False).body["errors"]["software"]
    assert stage.post(RANI, PATH, WISH, settle=False).status == 201


def test_two_wishes_at_the_same_moment_open_one_case(stage: MentoringHarness) -> None:
    register(stage)
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda n: stage.post(SRI if n % 2 else BUDI, PATH, WISH, settle=False), range(6)))
    assert sorted(reply.status for reply in replies) == [201, *[422] * 5]
    assert {reply.rule for reply in replies if reply.status == 422} == {"one-mentorship-per-library"}
    stage.settle()
    assert len(stage.get(RANI, PATH).body["items"]) == 1


def test_a_closed_case_may_be_followed_by_another(stage: MentoringHarness) -> None:
    register(stage)
    first = opened(stage)
    assert stage.post(RANI, f"{first}/close", {"why": "smooth"}).rule == "not-smooth-yet"
    assert stage.post(RANI, f"{first}/close", {"why": "withdrawn"}).body["state"] == "closed"
    second = stage.post(SRI, PATH, WISH)
    assert second.status == 201
    assert second.body["mentorship"] not in first
    assert stage.post(SRI, PATH, WISH, settle=False).rule == "one-mentorship-per-library"


def test_a_case_is_visible_to_staff_mentors_and_visitors_of_the_region(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    seen = [SRI, BUDI, MIRA, RANI, KOKO, mentor(KEDIRI, "tono")]
    assert [stage.get(one, path).status for one in seen] == [200] * len(seen)
    assert [stage.get(one, path).status for one in (person("orang"), BIMA)] == [404, 404]
    assert [len(stage.get(one, PATH).body["items"]) for one in (SRI, MIRA, RANI, KOKO, BIMA, person("orang"))] == [
        *(1, 1, 1, 1, 0, 0),
    ]
    assert stage.get(RANI, f"{PATH}?region={KEDIRI}&stage=wanted").body["items"][0]["library"] == LIBRARY
    assert stage.get(RANI, f"{PATH}?library=other").body["items"] == []
    leave(stage, "budi")
    assert stage.get(BUDI, path).status == 404


def test_who_may_do_what(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    assert stage.post(SRI, f"{path}/mentors", {"person": "sri"}).status == 403
    assert stage.post(MIRA, f"{path}/pilot").status == 403
    assert stage.post(SRI, f"{path}/readiness", ALL_THERE).status == 403
    assert stage.post(mentor(KEDIRI, "tono"), f"{path}/stages/ready", {"items": TICKS["ready"]}).status == 403
    assert stage.post(SRI, f"{path}/close", {"why": "moved"}).status == 403
    assert stage.post(RANI, f"{path}/mentors", {"person": "tono", "role": "co-mentor"}).body["mentors"] == [
        "mira",
        "tono",
    ]
    assert stage.call(MIRA, "DELETE", f"{path}/mentors/mira").body["mentors"] == ["tono"]


def test_a_pilot_is_refused_by_one_reason_after_the_other_and_then_named(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    gather(stage, "g1", "sri", "budi")
    refused = stage.post(RANI, f"{path}/pilot").body
    told = {name: refused[name] for name in ("rule", "have", "need", "also")}
    assert told == {
        "rule": "pilot-needs-gatherings",
        "have": 1,
        "need": 3,
        "also": ["pilot-needs-able-operator", "pilot-needs-readiness"],
    }
    gather(stage, "g2", "budi")
    gather(stage, "w1", "sri", kind="workshop")
    assert pilot(stage, path) == "pilot-needs-gatherings"
    gather(stage, "g3", "sri")
    assert pilot(stage, path) == "pilot-needs-able-operator"
    rate(stage, "sri", 4, rater="self")
    rate(stage, "sri", 4, aspect="knowledge")
    rate(stage, "budi", 2)
    rate(stage, "orang", 4)
    assert pilot(stage, path) == "pilot-needs-able-operator"
    rate(stage, "budi", 3)
    assert pilot(stage, path) == "pilot-needs-readiness"
    stage.post(MIRA, f"{path}/readiness", ALL_THERE | {"budget": {"present": False, "note": "Menunggu BOS."}})
    refused = stage.post(RANI, f"{path}/pilot").body
    assert (refused["rule"], refused["missing"]) == ("pilot-needs-readiness", ["budget"])
    assert stage.post(MIRA, f"{path}/readiness", ALL_THERE).body["score"] == 6
    assert pilot(stage, path) == "stage-out-of-order"
    assert pass_stage(stage, path, "ready").status == 201
    assert stage.post(RANI, f"{path}/pilot").body["stage"] == "agreed"
    shown = stage.get(RANI, path).body
    assert shown["pilot"]
    assert shown["pilot_on"]["gatherings"] == ["g1", "g2", "g3"]
    assert shown["pilot_on"]["rules"] == {"version": 0, "gatherings": 3, "people": 1, "level": 3}


def test_a_rating_counts_under_every_name_of_the_unit(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    for activity in ("g1", "g2", "g3"):
        gather(stage, activity, "sri")
    rate(stage, "sri", 3)
    assert pilot(stage, path) == "pilot-needs-readiness"
    adopt(stage, "kediri-2", b_slims="b-system", a_catalogue=None)
    assert pilot(stage, path) == "pilot-needs-readiness"  # what was rated before holds
    rate(stage, "sri", 2, unit="b-system")
    assert pilot(stage, path) == "pilot-needs-able-operator"  # and what is rated since counts
    rate(stage, "sri", 3, unit="b-system")
    adopt(stage, "kediri-3", b_system=None)
    assert pilot(stage, path) == "pilot-needs-readiness"


def test_a_pilot_is_judged_by_the_rules_in_force(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    gather(stage, "g1", "sri")
    ruled = {"version": 3, "in_force_from": "2026-03-02T00:00:00Z", "pilot_after_gatherings": 1, "pilot_able_people": 0}
    stage.hear("rules-changed", "rules", ruled)
    assert pilot(stage, path) == "pilot-needs-readiness"


def test_former_staff_do_not_count_and_guests_count_once_identified(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    for activity in ("g1", "g2"):
        gather(stage, activity, "sri")
    gather(stage, "g3", guest="guest-1")
    assert stage.post(RANI, f"{path}/pilot", settle=False).body["have"] == 2
    stage.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "budi"})
    assert pilot(stage, path) == "pilot-needs-able-operator"
    leave(stage, "sri")
    assert stage.post(RANI, f"{path}/pilot", settle=False).body["have"] == 1
    affiliate(stage, "sri")
    assert pilot(stage, path) == "pilot-needs-able-operator"
    stage.hear("member-erased", "budi", {"person": "budi", "ids": ["budi", "guest-1"]})
    assert stage.post(RANI, f"{path}/pilot", settle=False).body["have"] == 2


def test_stages_are_passed_and_the_case_shows_the_days_of_each(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    assert pass_stage(stage, path, "ready").rule == "readiness-not-assessed"
    assert stage.post(MIRA, f"{path}/stages/ready", {"items": ["nothing-of-ours"]}).body["errors"]["items"]
    assert stage.post(MIRA, f"{path}/stages/parade", {"items": []}).status == 404
    live(stage, path)
    shown = stage.get(SRI, path).body
    assert [each["stage"] for each in shown["history"]] == [
        "wanted", "ready", "agreed", "installed", "data-entry", "circulation-live", "probation",
    ]  # fmt: skip
    assert shown["history"][3]["note"] == "Sudah dilihat bersama."
    assert (shown["window"]["need"], shown["next_stage"]) == (4, "smooth")
    assert stage.post(RANI, f"{path}/pilot").rule == "pilot-needs-gatherings"


def test_mentors_are_suggested_with_reasons_former_mentors_first(stage: MentoringHarness) -> None:
    places = [{"id": "one", "name": "One", "latitude": -7.82, "longitude": 112.0}]
    places += [{"id": "two", "name": "Two", "latitude": -8.3, "longitude": 112.2}]
    stage.hear("region-opened", KEDIRI, {"name": "Kota Kediri", "subdistricts": places}, KEDIRI)
    register(stage)
    for name, subdistrict in (("mira", "one"), ("tono", "two"), ("wati", "one")):
        stage.hear("member-joined", name, {"person": name, "library": "", "subdistrict": subdistrict}, KEDIRI)
        stage.assume("mentor", KEDIRI, name, board=False)
    rate(stage, "tono", 3)
    path = opened(stage)
    stage.call(MIRA, "DELETE", f"{path}/mentors/mira")
    listed = stage.get(RANI, f"{path}/suggestions").body["items"]
    assert [each["person"] for each in listed] == ["mira", "tono", "wati", "rani"]
    assert listed[0]["reasons"] == ["former-mentor", "near", "has-time"]
    assert (listed[0]["km"], listed[1]["km"] > 50, listed[3]["km"]) == (0.0, True, None)
    assert stage.get(SRI, f"{path}/suggestions").status == 403
