"""Learning from before: shown, reviewed by another once, and credited as a rating."""

from datetime import UTC, datetime

import pytest

from services.kernel.base.message import Metadata, Recorded
from services.kernel.commands.decider import Order
from services.kernel.declare.policy import Actor
from services.kernel.declare.process import Issue
from services.kernel.testing import given
from services.members.domain.competence import COMPETENCE, Rate
from services.members.domain.person import MemberChanged
from services.members.domain.prior_learning import (
    PRIOR_LEARNING,
    MovePriorLearning,
    PriorLearningMoved,
    PriorLearningReviewed,
    PriorLearningSubmitted,
    ReviewPriorLearning,
    SubmitPriorLearning,
)
from services.members.processes.moving import MOVING
from tests.unit.members.stage import MEMBER, REGIONAL, Stage, holder_of

WHAT = ("ani", "b-network", "b", "skill")
SUBMITTED = PriorLearningSubmitted(*WHAT, 3, "kediri-1", "kota-kediri", "sealed", None)
BODY = {"unit": "b-network", "aspect": "skill", "level": 3, "evidence": "Lima tahun mengurus jaringan di kantor."}
PATH = "/v1/prior-learning"


def fact(stream, event):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Recorded(1, 0, stream, 1, "event", event, at, at, Metadata("c"))


def reviewed(level=3, accepted=True):
    return PriorLearningReviewed(*WHAT, level, "kediri-1", "kota-kediri", "budi", accepted, None)


def test_another_reviews_it_once():
    given(PRIOR_LEARNING).when(
        SubmitPriorLearning(*WHAT, 3, "kediri-1", "kota-kediri", "sealed")
    ).then(SUBMITTED)  # fmt: skip
    given(PRIOR_LEARNING, SUBMITTED).when(ReviewPriorLearning("budi", "kota-kediri", accepted=True)).then(reviewed())
    given(PRIOR_LEARNING, SUBMITTED).when(ReviewPriorLearning("budi", "kota-kediri", accepted=True, level=2)).then(
        reviewed(2)
    )
    given(PRIOR_LEARNING, SUBMITTED).when(ReviewPriorLearning("ani", "kota-kediri", accepted=True)).refused(
        "second-rater-is-another"
    )
    declined = reviewed(accepted=False)
    given(PRIOR_LEARNING, SUBMITTED).when(ReviewPriorLearning("budi", "kota-kediri", accepted=False)).then(declined)
    given(PRIOR_LEARNING, SUBMITTED, declined).when(ReviewPriorLearning("budi", "kota-kediri", accepted=True)).refused(
        "prior-learning-is-reviewed"
    )


def test_it_waits_where_the_person_is_and_stays_where_it_was_reviewed():
    moved = PriorLearningMoved("kota-blitar")
    given(PRIOR_LEARNING, SUBMITTED).when(MovePriorLearning("kota-blitar")).then(moved)
    given(PRIOR_LEARNING, SUBMITTED, moved).when(MovePriorLearning("kota-blitar")).then()
    given(PRIOR_LEARNING, SUBMITTED, reviewed()).when(MovePriorLearning("kota-blitar")).then()
    given(PRIOR_LEARNING).when(MovePriorLearning("kota-blitar")).then()


@pytest.fixture
def stage():
    stage = Stage()
    stage.open_region()
    return stage


def test_what_is_accepted_counts_as_a_rating_by_the_reviewer(stage):
    ani = Actor("person", stage.join("Ani"))
    submission = stage.post(PATH, BODY, actor=ani).body["submission"]
    (waiting,) = stage.get(PATH, actor=REGIONAL, region="kota-kediri", state="waiting").body["items"]
    assert (waiting["name"], waiting["evidence"]) == ("Ani", BODY["evidence"])
    assert BODY["evidence"] not in str(stage.events())
    review = {"accepted": True, "level": 2, "note": "Jaringan kecil saja."}
    assert stage.post(f"{PATH}/{submission}/review", review, actor=REGIONAL).body["state"] == "accepted"
    (step,) = stage.get(f"/v1/competence/{ani.id}", actor=ani).body["steps"]
    assert (step["level"], step["rater"], step["by"]) == (2, "second", REGIONAL.id)
    assert step["because"] == {"kind": "prior", "id": submission, "title": None}
    (own,) = stage.get(PATH, actor=ani).body["items"]
    assert (own["state"], own["note"]) == ("accepted", "Jaringan kecil saja.")


def test_what_is_declined_rates_nothing(stage):
    ani = Actor("person", stage.join("Ani"))
    submission = stage.post(PATH, BODY, actor=ani).body["submission"]
    assert stage.post(f"{PATH}/{submission}/review", {"accepted": False}, actor=REGIONAL).status == 200
    assert stage.get(f"/v1/competence/{ani.id}", actor=ani).body["steps"] == []


def test_only_who_rates_in_the_region_sees_and_reviews(stage):
    ani = Actor("person", stage.join("Ani"))
    submission = stage.post(PATH, BODY, actor=ani).body["submission"]
    review = f"{PATH}/{submission}/review"
    assert stage.post(PATH, BODY).status == 401
    assert stage.get(PATH, actor=MEMBER, region="kota-kediri").status == 403
    assert stage.post(review, {"accepted": True}, actor=MEMBER).status == 404
    assert stage.post(review, {"accepted": True}, actor=ani).status == 403
    assert stage.post(review, {"accepted": True}, actor=holder_of(("mentor", "nganjuk"))).status == 404
    own = holder_of(("mentor", "kota-kediri"), person=ani.id)
    assert stage.post(review, {"accepted": True}, actor=own).body["rule"] == "second-rater-is-another"
    assert stage.post(review, {"accepted": "yes"}, actor=REGIONAL).status == 400
    for change in ({"unit": "b-unknown"}, {"link": "javascript:alert(1)"}, {"evidence": " "}):
        assert stage.post(PATH, {**BODY, **change}, actor=ani).status == 400


def test_who_has_moved_is_reviewed_and_found_where_they_live_now(stage):
    stage.open_region("kota-blitar", "Kota Blitar")
    ani, blitar = Actor("person", stage.join("Ani")), holder_of(("regional-coordinator", "kota-blitar"), person="bima")
    submission = stage.post(PATH, BODY, actor=ani).body["submission"]
    home = {"region": "kota-blitar", "subdistrict": "mojoroto"}
    assert stage.send("PUT", "/v1/me", home, actor=ani).status == 200
    assert stage.get(PATH, actor=REGIONAL, region="kota-kediri").body["items"] == []
    (waiting,) = stage.get(PATH, actor=blitar, region="kota-blitar").body["items"]
    assert waiting["submission"] == submission
    review = f"{PATH}/{submission}/review"
    assert stage.post(review, {"accepted": True}, actor=REGIONAL).status == 404
    assert stage.post(review, {"accepted": True}, actor=blitar).status == 200
    (rated,) = [fact for fact in stage.facts() if fact.type == "competence-rated"]
    assert rated.region == "kota-blitar"
    query = {"unit": BODY["unit"]}
    (found,) = stage.get("/v1/people-who-can", actor=blitar, region="kota-blitar", **query).body["items"]
    assert found["person"] == ani.id
    assert stage.get("/v1/people-who-can", actor=REGIONAL, region="kota-kediri", **query).body["items"] == []


def test_what_was_shown_while_the_person_moved_follows_them():
    moved = fact("person-ani", MemberChanged(None, None, None, "SD", "kota-blitar", "sananwetan", "id"))
    late = MOVING.react(MOVING.react({}, moved).state, fact("prior-1", SUBMITTED))
    assert late.issues == [Issue(PRIOR_LEARNING, "1", MovePriorLearning("kota-blitar"))]
    done = MOVING.react(late.state, fact("prior-1", reviewed()))
    assert done.state == {"region": "kota-blitar", "waiting": []}


def test_a_rating_that_comes_late_moves_nobody_back(stage):
    stage.open_region("kota-blitar", "Kota Blitar")
    ani = stage.join("Ani")
    home = {"region": "kota-blitar", "subdistrict": "mojoroto"}
    assert stage.send("PUT", "/v1/me", home, actor=Actor("person", ani)).status == 200
    rate = Rate(ani, "b-network", "b", "skill", 3, "second", "budi", "kediri-1", "kota-kediri")
    stage.commands.take(COMPETENCE, Order(rate, ani, "late", Metadata("c")))
    stage.follow()
    assert stage.views.documents["competence"][ani]["region"] == "kota-blitar"


def test_nobody_reviews_what_somebody_erased_has_shown(stage):
    ani = Actor("person", stage.join("Ani"))
    submission = stage.post(PATH, BODY, actor=ani).body["submission"]
    assert stage.post("/v1/me/erasure", {"sure": True}, actor=ani).status == 202
    review = {"accepted": True, "note": "Baik."}
    assert stage.post(f"{PATH}/{submission}/review", review, actor=REGIONAL).status == 404
    assert "competence-rated" not in {fact.type for fact in stage.facts()}
