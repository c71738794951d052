"""Learning from before: shown, reviewed by another once, and credited as a rating."""

import pytest

from services.kernel.policy import Actor
from services.kernel.testing import given
from services.members.domain.prior_learning import (
    PRIOR_LEARNING,
    PriorLearningReviewed,
    PriorLearningSubmitted,
    ReviewPriorLearning,
    SubmitPriorLearning,
)
from tests.unit.members.stage import MEMBER, REGIONAL, Stage, holder_of

WHAT = ("ani", "b-network", "b", "skill")
SUBMITTED = PriorLearningSubmitted(*WHAT, 3, "kediri-1", "kota-kediri", "sealed", None)
BODY = {"unit": "b-network", "aspect": "skill", "level": 3, "evidence": "Lima tahun mengurus jaringan di kantor."}
PATH = "/v1/prior-learning"


def reviewed(level=3, accepted=True):
    return PriorLearningReviewed(*WHAT, level, "kediri-1", "kota-kediri", "budi", accepted, None)


def test_another_reviews_it_once():
    given(PRIOR_LEARNING).when(
        SubmitPriorLearning(*WHAT, 3, "kediri-1", "kota-kediri", "sealed")
    ).then(SUBMITTED)  # fmt: skip
    given(PRIOR_LEARNING, SUBMITTED).when(ReviewPriorLearning("budi", accepted=True)).then(reviewed())
    given(PRIOR_LEARNING, SUBMITTED).when(ReviewPriorLearning("budi", accepted=True, level=2)).then(reviewed(2))
    given(PRIOR_LEARNING, SUBMITTED).when(ReviewPriorLearning("ani", accepted=True)).refused("second-rater-is-another")
    declined = reviewed(accepted=False)
    given(PRIOR_LEARNING, SUBMITTED).when(ReviewPriorLearning("budi", accepted=False)).then(declined)
    given(PRIOR_LEARNING, SUBMITTED, declined).when(ReviewPriorLearning("budi", accepted=True)).refused(
        "prior-learning-is-reviewed"
    )


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
