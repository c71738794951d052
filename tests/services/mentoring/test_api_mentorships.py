from concurrent.futures import ThreadPoolExecutor

from services.kernel.declare.policy import ANONYMOUS
from tests.services.mentoring.harness import BIMA, KOKO, RANI, MentoringHarness, mentor
from tests.services.mentoring.sample_library import (
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
from tests.support.sample_community import KEDIRI, person
from tests.support.sample_facts import sample

WISH = {"library": LIBRARY, "wish": "Kami ingin memakai SLiMS."}
PATH = "/v1/mentorships"


def pilot(harness: MentoringHarness, path: str) -> str | None:
    return harness.post(RANI, f"{path}/pilot", settle=False).rule


def test_staff_open_a_case_by_a_wish(harness: MentoringHarness) -> None:
    register(harness)
    reply = harness.post(SRI, PATH, WISH)
    assert (reply.status, reply.body["stage"]) == (201, "wanted")
    shown = harness.get(SRI, f"{PATH}/{reply.body['mentorship']}").body
    assert (shown["wish"], shown["name"], shown["region"]) == ("Kami ingin memakai SLiMS.", "SMAN 4 Contoh", KEDIRI)
    assert (shown["template"], shown["may"], shown["window"]) == ("slims-1", ["library"], None)
    assert "Kami ingin" not in str(harness.application.inbox)


def test_only_staff_or_the_regional_coordinator_open_a_case(harness: MentoringHarness) -> None:
    register(harness)
    assert harness.post(person("orang"), PATH, WISH, settle=False).status == 403
    assert harness.post(BIMA, PATH, WISH, settle=False).status == 403
    assert harness.post(ANONYMOUS, PATH, WISH, settle=False).status == 401
    assert harness.post(SRI, PATH, {"library": "nowhere"}, settle=False).status == 404
    assert harness.post(SRI, PATH, WISH | {"software": "excel"}, settle=False).body["errors"]["software"]
    assert harness.post(RANI, PATH, WISH, settle=False).status == 201


def test_two_wishes_at_the_same_moment_open_one_case(harness: MentoringHarness) -> None:
    register(harness)
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda n: harness.post(SRI if n % 2 else BUDI, PATH, WISH, settle=False), range(6)))
    assert sorted(reply.status for reply in replies) == [201, *[422] * 5]
    assert {reply.rule for reply in replies if reply.status == 422} == {"one-mentorship-per-library"}
    harness.settle()
    assert len(harness.get(RANI, PATH).body["items"]) == 1


def test_a_closed_case_may_be_followed_by_another(harness: MentoringHarness) -> None:
    register(harness)
    first = opened(harness)
    assert harness.post(RANI, f"{first}/close", {"why": "smooth"}).rule == "not-smooth-yet"
    assert harness.post(RANI, f"{first}/close", {"why": "withdrawn"}).body["state"] == "closed"
    second = harness.post(SRI, PATH, WISH)
    assert second.status == 201
    assert second.body["mentorship"] not in first
    assert harness.post(SRI, PATH, WISH, settle=False).rule == "one-mentorship-per-library"


def test_a_case_is_visible_to_staff_mentors_and_visitors_of_the_region(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    seen = [SRI, BUDI, MIRA, RANI, KOKO, mentor(KEDIRI, "tono")]
    assert [harness.get(one, path).status for one in seen] == [200] * len(seen)
    assert [harness.get(one, path).status for one in (person("orang"), BIMA)] == [404, 404]
    assert [len(harness.get(one, PATH).body["items"]) for one in (SRI, MIRA, RANI, KOKO, BIMA, person("orang"))] == [
        *(1, 1, 1, 1, 0, 0),
    ]
    assert harness.get(RANI, f"{PATH}?region={KEDIRI}&stage=wanted").body["items"][0]["library"] == LIBRARY
    assert harness.get(RANI, f"{PATH}?library=other").body["items"] == []
    leave(harness, "budi")
    assert harness.get(BUDI, path).status == 404


def test_each_role_may_do_only_its_acts_in_a_mentorship(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    assert harness.post(SRI, f"{path}/mentors", {"person": "sri"}).status == 403
    assert harness.post(MIRA, f"{path}/pilot").status == 403
    assert harness.post(SRI, f"{path}/readiness", ALL_THERE).status == 403
    assert harness.post(mentor(KEDIRI, "tono"), f"{path}/stages/ready", {"items": TICKS["ready"]}).status == 403
    assert harness.post(SRI, f"{path}/close", {"why": "moved"}).status == 403
    assert harness.post(RANI, f"{path}/mentors", {"person": "tono", "role": "co-mentor"}).body["mentors"] == [
        "mira",
        "tono",
    ]
    assert harness.call(MIRA, "DELETE", f"{path}/mentors/mira").body["mentors"] == ["tono"]


def test_a_pilot_is_refused_by_one_reason_after_the_other_and_then_named(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    gather(harness, "g1", "sri", "budi")
    refused = harness.post(RANI, f"{path}/pilot").body
    told = {name: refused[name] for name in ("rule", "have", "need", "also")}
    assert told == {
        "rule": "pilot-needs-gatherings",
        "have": 1,
        "need": 3,
        "also": ["pilot-needs-able-operator", "pilot-needs-readiness"],
    }
    gather(harness, "g2", "budi")
    gather(harness, "w1", "sri", kind="workshop")
    assert pilot(harness, path) == "pilot-needs-gatherings"
    gather(harness, "g3", "sri")
    assert pilot(harness, path) == "pilot-needs-able-operator"
    rate(harness, "sri", 4, rater="self")
    rate(harness, "sri", 4, aspect="knowledge")
    rate(harness, "budi", 2)
    rate(harness, "orang", 4)
    assert pilot(harness, path) == "pilot-needs-able-operator"
    rate(harness, "budi", 3)
    assert pilot(harness, path) == "pilot-needs-readiness"
    harness.post(MIRA, f"{path}/readiness", ALL_THERE | {"budget": {"present": False, "note": "Menunggu BOS."}})
    refused = harness.post(RANI, f"{path}/pilot").body
    assert (refused["rule"], refused["missing"]) == ("pilot-needs-readiness", ["budget"])
    assert harness.post(MIRA, f"{path}/readiness", ALL_THERE).body["score"] == 6
    assert pilot(harness, path) == "stage-out-of-order"
    assert pass_stage(harness, path, "ready").status == 201
    assert harness.post(RANI, f"{path}/pilot").body["stage"] == "agreed"
    shown = harness.get(RANI, path).body
    assert shown["pilot"]
    assert shown["pilot_on"]["gatherings"] == ["g1", "g2", "g3"]
    assert shown["pilot_on"]["rules"] == {"version": 0, "gatherings": 3, "people": 1, "level": 3}


def test_a_rating_counts_under_every_name_of_the_unit(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    for activity in ("g1", "g2", "g3"):
        gather(harness, activity, "sri")
    rate(harness, "sri", 3)
    assert pilot(harness, path) == "pilot-needs-readiness"
    adopt(harness, "kediri-2", b_slims="b-system", a_catalogue=None)
    assert pilot(harness, path) == "pilot-needs-readiness"  # what was rated before holds
    rate(harness, "sri", 2, unit="b-system")
    assert pilot(harness, path) == "pilot-needs-able-operator"  # and what is rated since counts
    rate(harness, "sri", 3, unit="b-system")
    adopt(harness, "kediri-3", b_system=None)
    assert pilot(harness, path) == "pilot-needs-readiness"


def test_a_pilot_is_judged_by_the_rules_in_force(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    gather(harness, "g1", "sri")
    since = "2026-03-02T00:00:00Z"
    harness.rule(version=3, in_force_from=since, pilot_after_gatherings=1, pilot_able_people=0)
    assert pilot(harness, path) == "pilot-needs-readiness"


def test_former_staff_do_not_count_and_guests_count_once_identified(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    for activity in ("g1", "g2"):
        gather(harness, activity, "sri")
    gather(harness, "g3", guest="guest-1")
    assert harness.post(RANI, f"{path}/pilot", settle=False).body["have"] == 2
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "budi"})
    assert pilot(harness, path) == "pilot-needs-able-operator"
    leave(harness, "sri")
    assert harness.post(RANI, f"{path}/pilot", settle=False).body["have"] == 1
    affiliate(harness, "sri")
    assert pilot(harness, path) == "pilot-needs-able-operator"
    harness.hear("member-erased", "budi", {"person": "budi", "ids": ["budi", "guest-1"]})
    assert harness.post(RANI, f"{path}/pilot", settle=False).body["have"] == 2


def test_stages_are_passed_and_the_case_shows_the_days_of_each(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    assert pass_stage(harness, path, "ready").rule == "readiness-not-assessed"
    assert harness.post(MIRA, f"{path}/stages/ready", {"items": ["nothing-of-ours"]}).body["errors"]["items"]
    assert harness.post(MIRA, f"{path}/stages/parade", {"items": []}).status == 404
    live(harness, path)
    shown = harness.get(SRI, path).body
    assert [each["stage"] for each in shown["history"]] == [
        "wanted", "ready", "agreed", "installed", "data-entry", "circulation-live", "probation",
    ]  # fmt: skip
    assert shown["history"][3]["note"] == "Sudah dilihat bersama."
    assert (shown["window"]["need"], shown["next_stage"]) == (4, "smooth")
    assert harness.post(RANI, f"{path}/pilot").rule == "pilot-needs-gatherings"


def test_mentors_are_suggested_with_reasons_former_mentors_first(harness: MentoringHarness) -> None:
    places = [{"id": "one", "name": "One", "latitude": -7.82, "longitude": 112.0}]
    places += [{"id": "two", "name": "Two", "latitude": -8.3, "longitude": 112.2}]
    harness.hear("region-opened", KEDIRI, {"name": "Kota Kediri", "subdistricts": places}, KEDIRI)
    register(harness)
    for name, subdistrict in (("mira", "one"), ("tono", "two"), ("wati", "one")):
        joined = sample("members", "member-joined", person=name, subdistrict=subdistrict)
        harness.hear("member-joined", name, joined, KEDIRI)
        harness.assume("mentor", KEDIRI, name, board=False)
    rate(harness, "tono", 3)
    path = opened(harness)
    harness.call(MIRA, "DELETE", f"{path}/mentors/mira")
    listed = harness.get(RANI, f"{path}/suggestions").body["items"]
    assert [each["person"] for each in listed] == ["mira", "tono", "wati", "rani"]
    assert listed[0]["reasons"] == ["former-mentor", "near", "has-time"]
    assert (listed[0]["km"], listed[1]["km"] > 50, listed[3]["km"]) == (0.0, True, None)
    assert harness.get(SRI, f"{path}/suggestions").status == 403
