from services.kernel.declare.policy import ANONYMOUS
from tests.services.mentoring.harness import KOKO, RANI, MentoringHarness
from tests.support.sample_community import BLITAR, KEDIRI, person

ANI, BUDI = person("ani"), person("budi")


def ask(harness: MentoringHarness, who: str, **body: object) -> str:
    reply = harness.post(person(who), "/v1/consultations", {"region": KEDIRI, "title": "How?"} | body)
    return f"/v1/consultations/{reply.body['consultation']}"


def test_whoever_asked_and_by_now_answers_is_seen(harness: MentoringHarness) -> None:
    for who in ("ani", "mira"):
        harness.post(RANI, f"{ask(harness, who)}/answers", {"text": "so"})
    harness.assume("mentor", KEDIRI, "mira", board=False)
    given = ask(harness, "budi")
    harness.post(RANI, f"{given}/assignment", {"owner": "mira"})
    harness.post(person("mira"), f"{given}/answers", {"text": "as I learned it"})
    own = harness.get(person("mira"), "/v1/self-reliance").body
    assert (own["asked"], own["answered"], own["ratio"]) == (1, 1, 1.0)
    region = harness.get(RANI, f"/v1/self-reliance?region={KEDIRI}").body
    assert (region["asked"], region["answered"]) == (3, 3)
    assert region["people"] == {"asked": 3, "answered": 2, "both": 1}
    assert harness.get(ANI, f"/v1/self-reliance?region={KEDIRI}").status == 403
    assert harness.get(ANONYMOUS, "/v1/self-reliance").status == 401


def test_a_librarys_questions_are_counted_by_the_month_for_its_staff_and_those_who_answer(
    harness: MentoringHarness,
) -> None:
    library = {"name": "SD", "kind": "school", "level": "basic", "subdistrict": None}
    harness.hear("library-registered", "l1", {"library": "l1", **library}, KEDIRI)
    harness.hear("affiliation-started", "l1", {"person": "ani", "library": "l1", "role": "staff"}, KEDIRI)
    for who in ("ani", "ani", "budi"):
        ask(harness, who, library="l1")
    for reader in (ANI, RANI):
        shown = harness.get(reader, "/v1/self-reliance?library=l1").body
        assert shown["months"] == [{"month": "2026-03", "asked": 3}]
        assert shown["people"] is None
    assert harness.get(BUDI, "/v1/self-reliance?library=l1").status == 404
    assert harness.get(ANI, f"/v1/self-reliance?library=l1&region={KEDIRI}").status == 400


def test_who_asks_and_answers_in_two_regions_is_one_of_the_people_of_each(harness: MentoringHarness) -> None:
    for region in (KEDIRI, BLITAR):
        harness.post(KOKO, f"{ask(harness, 'ani', region=region)}/answers", {"text": "so"})
    for region in (KEDIRI, BLITAR):
        shown = harness.get(KOKO, f"/v1/self-reliance?region={region}").body
        assert (shown["asked"], shown["answered"]) == (1, 1)
        assert shown["people"] == {"asked": 1, "answered": 1, "both": 0}
    assert harness.get(ANI, "/v1/self-reliance").body["asked"] == 2
