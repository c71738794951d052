from datetime import timedelta

from services.kernel.declare.policy import ANONYMOUS, Actor
from tests.services.mentoring.harness import RANI, MentoringHarness, mentor
from tests.support.sample_community import BLITAR, KEDIRI, TRENGGALEK, person
from tests.support.sample_facts import sample
from tests.support.service_harness import Reply

ANI = person("ani")


def ask(harness: MentoringHarness, region: str = KEDIRI, **body: object) -> Reply:
    wish = {"region": region, "title": "How do I back up SLiMS?", "details": "Our computer died."} | body
    return harness.post(ANI, "/v1/consultations", wish)


def asked(harness: MentoringHarness, region: str = KEDIRI) -> str:
    return str(ask(harness, region).body["consultation"])


def test_what_is_asked_has_an_owner_in_the_same_commit(harness: MentoringHarness) -> None:
    reply = ask(harness)
    assert (reply.status, reply.body["owner"], reply.body["why"]) == (201, "rani", "region")
    shown = harness.get(ANI, f"/v1/consultations/{reply.body['consultation']}").body
    assert (shown["owner"], shown["state"], shown["role"]) == ("rani", "open", "asker")
    assert shown["details"] == "Our computer died."


def test_answered_resolved_reopened_and_resolved_again(harness: MentoringHarness) -> None:
    path = f"/v1/consultations/{asked(harness)}"
    assert harness.post(RANI, f"{path}/answers", {"text": "mysqldump, every Friday"}).status == 201
    assert harness.post(ANI, f"{path}/resolution", {"rating": 4}).body["state"] == "resolved"
    assert harness.post(ANI, f"{path}/reopening", {"reason": "it stopped"}).body["state"] == "open"
    assert harness.post(RANI, f"{path}/answers", {"text": "the disk was full", "public": True}).status == 201
    assert harness.post(ANI, f"{path}/resolution", {"rating": 5}).body["rating"] == 5
    shown = harness.get(ANI, path).body
    assert [answer["text"] for answer in shown["answers"]] == ["mysqldump, every Friday", "the disk was full"]
    assert (shown["rounds"], [reason["text"] for reason in shown["reasons"]]) == (2, ["it stopped"])


def test_it_is_handed_over_with_the_office_in_one_step(harness: MentoringHarness) -> None:
    path = f"/v1/consultations/{asked(harness)}"
    harness.vacate("regional-coordinator", KEDIRI, "rani")
    assert harness.get(ANI, path).body["owner"] == "rani"
    harness.assume("regional-coordinator", KEDIRI, "nina")
    assert (harness.get(ANI, path).body["owner"], harness.get(ANI, path).body["why"]) == ("nina", "handover")
    work = harness.get(person("nina"), "/v1/consultations?owner=me").body["items"]
    assert [item["title"] for item in work] == ["How do I back up SLiMS?"]
    assert harness.get(RANI, "/v1/consultations?owner=me").body["items"] == []


def test_where_the_office_is_vacant_the_board_has_it_until_somebody_stands_in(harness: MentoringHarness) -> None:
    reply = ask(harness, TRENGGALEK)
    assert (reply.body["owner"], reply.body["why"]) == ("koko", "board")
    harness.stand_in("regional-coordinator", TRENGGALEK, "sinta")
    shown = harness.get(ANI, f"/v1/consultations/{reply.body['consultation']}").body
    assert (shown["owner"], shown["why"]) == ("sinta", "stand-in")


def test_silence_beyond_two_school_days_lifts_it_to_the_board(harness: MentoringHarness) -> None:
    silent, answered = asked(harness), asked(harness)
    harness.post(RANI, f"/v1/consultations/{answered}/answers", {"text": "at once"})
    harness.clock.advance(timedelta(days=2))
    harness.settle()
    assert harness.get(ANI, f"/v1/consultations/{silent}").body["owner"] == "rani"
    harness.clock.advance(timedelta(days=1))
    harness.settle()
    shown = harness.get(ANI, f"/v1/consultations/{silent}").body
    assert (shown["owner"], shown["why"], shown["missed"], shown["escalated"]) == ("koko", "escalation", True, True)
    assert harness.get(ANI, f"/v1/consultations/{answered}").body["owner"] == "rani"


def test_what_is_held_is_not_silence(harness: MentoringHarness) -> None:
    path = f"/v1/consultations/{asked(harness)}"
    until = harness.clock.now() + timedelta(days=14)
    assert harness.post(RANI, f"{path}/hold", {"until": until.isoformat()}).status == 200
    harness.clock.advance(timedelta(days=10))
    harness.settle()
    assert harness.get(ANI, path).body["missed"] is False
    harness.clock.advance(timedelta(days=9))
    harness.settle()
    assert harness.get(ANI, path).body["missed"] is True


def test_the_rules_of_the_board_say_how_long_a_question_waits(harness: MentoringHarness) -> None:
    since = harness.clock.now().isoformat()
    days = {"response_school_days": 5, "school_days": ["mon"], "holidays": ["2026-03-09"]}
    harness.rule(version=4, in_force_from=since, **days)
    assert ask(harness).body["due"].startswith("2026-04-13T16:59")


def test_a_stranger_asks_under_an_id_of_their_own_and_finds_it_again_as_a_member(harness: MentoringHarness) -> None:
    body = {"region": KEDIRI, "title": "Where do I begin?", "details": "I am new.", "guest": "guest-1"}
    reply = harness.post(Actor(id="guest-1"), "/v1/consultations", body)
    assert (reply.status, reply.body["asker"], reply.body["owner"]) == (201, "guest-1", "rani")
    path = f"/v1/consultations/{reply.body['consultation']}"
    assert harness.get(ANONYMOUS, path).status == 404
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "gita"})
    assert harness.get(person("gita"), path).body["details"] == "I am new."
    assert len(harness.get(person("gita"), "/v1/consultations?asker=me").body["items"]) == 1
    assert harness.post(person("gita"), f"{path}/resolution", {"rating": 5}).status == 200


def test_whoever_asked_as_a_guest_is_not_somebody_else_with_the_same_trouble(harness: MentoringHarness) -> None:
    body = {"region": KEDIRI, "title": "Where do I begin?", "guest": "guest-1"}
    path = f"/v1/consultations/{harness.post(Actor(id='guest-1'), '/v1/consultations', body).body['consultation']}"
    harness.post(RANI, f"{path}/answers", {"text": "Here.", "public": True})
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "gita"})
    assert harness.post(person("gita"), f"{path}/me-too").body["me_too"] == 0
    assert harness.post(person("budi"), f"{path}/me-too").body["me_too"] == 1


def test_nobody_asks_under_the_id_of_somebody_else(harness: MentoringHarness) -> None:
    harness.hear("member-joined", "ani", sample("members", "member-joined", person="ani"), KEDIRI)
    body = {"region": KEDIRI, "title": "In her name", "guest": "ani"}
    assert harness.post(Actor(id="ani"), "/v1/consultations", body).status == 400
    assert harness.post(Actor(id="visitor-7"), "/v1/consultations", body | {"guest": "guest-1"}).status == 401
    assert harness.post(person("budi"), "/v1/consultations", body | {"guest": "guest-2"}).status == 403
    assert harness.post(RANI, "/v1/consultations", body | {"guest": "guest-2", "how": "phone"}).status == 201
    assert harness.post(ANONYMOUS, "/v1/consultations", {"region": KEDIRI, "title": "Nobody"}).status == 401


def test_who_is_not_concerned_knows_nothing_until_it_is_answered_publicly(harness: MentoringHarness) -> None:
    path = f"/v1/consultations/{asked(harness)}"
    for stranger in (ANONYMOUS, person("budi"), mentor(BLITAR)):
        assert harness.get(stranger, path).status == 404
        assert harness.post(stranger, f"{path}/me-too").status == (401 if stranger == ANONYMOUS else 404)
    assert harness.get(ANONYMOUS, f"/v1/consultations?region={KEDIRI}").body["items"] == []
    harness.post(RANI, f"{path}/answers", {"text": "by name", "public": False})
    harness.post(RANI, f"{path}/answers", {"text": "for all", "public": True})
    harness.post(RANI, f"{path}/notes", {"text": "she is impatient"})
    shown = harness.get(person("budi"), path).body
    assert [(answer["text"], answer["by"]) for answer in shown["answers"]] == [("for all", None)]
    assert (shown["details"], shown["asker"], shown["owner"], shown["notes"]) == (None, None, None, [])
    assert harness.post(person("budi"), f"{path}/me-too").body["me_too"] == 1
    assert harness.get(person("budi"), path).body["shares"] is True
    assert harness.post(person("budi"), f"{path}/answers", {"text": "me"}).status == 403
    assert harness.get(ANI, path).body["notes"] == []
    assert [note["text"] for note in harness.get(mentor(KEDIRI), path).body["notes"]] == ["she is impatient"]


def test_an_answer_is_made_public_afterwards(harness: MentoringHarness) -> None:
    path = f"/v1/consultations/{asked(harness)}"
    harness.post(RANI, f"{path}/answers", {"text": "mysqldump"})
    assert harness.post(RANI, f"{path}/answers/2/publication").status == 404
    assert harness.post(RANI, f"{path}/answers/1/publication").status == 200
    assert harness.get(ANONYMOUS, path).body["answers"][0]["text"] == "mysqldump"


def test_it_is_given_by_hand_to_a_mentor_and_to_nobody_who_does_not_answer_there(harness: MentoringHarness) -> None:
    path = f"/v1/consultations/{asked(harness)}"
    assert harness.post(RANI, f"{path}/assignment", {"owner": "mira"}).rule == "owner-answers-there"
    harness.assume("mentor", KEDIRI, "mira", board=False)
    assert harness.post(RANI, f"{path}/assignment", {"owner": "mira"}).body["owner"] == "mira"
    assert harness.get(person("mira"), path).body["role"] == "owner"
    harness.vacate("mentor", KEDIRI, "mira")
    assert harness.get(ANI, path).body["owner"] == "rani"


def test_the_same_request_again_is_the_same_consultation(harness: MentoringHarness) -> None:
    body = {"region": KEDIRI, "title": "Once"}
    first = harness.post(ANI, "/v1/consultations", body, key="k")
    assert harness.post(ANI, "/v1/consultations", body, key="k").body == first.body
    assert len(harness.get(ANI, "/v1/consultations?asker=me").body["items"]) == 1


def test_bad_input_names_the_field(harness: MentoringHarness) -> None:
    for wrong in ({"region": "nowhere"}, {"region": "a.b"}, {"title": ""}, {"how": "owl"}, {"library": "$x"}, {"x": 1}):
        reply = ask(harness, **wrong)
        assert (reply.status, list(reply.body["errors"])) == (400, list(wrong))
    assert harness.get(ANONYMOUS, "/v1/consultations?owner=me").status == 401
    assert harness.get(ANI, "/v1/consultations/nothing").status == 404
