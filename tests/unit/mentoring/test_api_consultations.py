from datetime import timedelta

from services.kernel.policy import ANONYMOUS
from tests.unit.mentoring.stage import BLITAR, KEDIRI, KOKO, RANI, TRENGGALEK, Reply, Stage, mentor, person

ANI = person("ani")


def ask(stage: Stage, region: str = KEDIRI, **body: object) -> Reply:
    wish = {"region": region, "title": "How do I back up SLiMS?", "details": "Our computer died."} | body
    return stage.post(ANI, "/v1/consultations", wish)


def asked(stage: Stage, region: str = KEDIRI) -> str:
    return str(ask(stage, region).body["consultation"])


def test_what_is_asked_has_an_owner_in_the_same_commit(stage: Stage) -> None:
    reply = ask(stage)
    assert (reply.status, reply.body["owner"], reply.body["why"]) == (201, "rani", "region")
    shown = stage.get(ANI, f"/v1/consultations/{reply.body['consultation']}").body
    assert (shown["owner"], shown["state"], shown["role"]) == ("rani", "open", "asker")
    assert shown["details"] == "Our computer died."


def test_answered_resolved_reopened_and_resolved_again(stage: Stage) -> None:
    path = f"/v1/consultations/{asked(stage)}"
    assert stage.post(RANI, f"{path}/answers", {"text": "mysqldump, every Friday"}).status == 201
    assert stage.post(ANI, f"{path}/resolution", {"rating": 4}).body["state"] == "resolved"
    assert stage.post(ANI, f"{path}/reopening", {"reason": "it stopped"}).body["state"] == "open"
    assert stage.post(RANI, f"{path}/answers", {"text": "the disk was full", "public": True}).status == 201
    assert stage.post(ANI, f"{path}/resolution", {"rating": 5}).body["rating"] == 5
    shown = stage.get(ANI, path).body
    assert [answer["text"] for answer in shown["answers"]] == ["mysqldump, every Friday", "the disk was full"]
    assert (shown["rounds"], [reason["text"] for reason in shown["reasons"]]) == (2, ["it stopped"])
