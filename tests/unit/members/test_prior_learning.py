"""Learning from before: shown, reviewed by another once, and credited as a rating."""

from datetime import UTC, datetime

from services.kernel.base.message import Metadata, Recorded
from services.kernel.declare.process import Dispatch
from services.kernel.testing import given
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

WHAT = ("ani", "b-network", "b", "skill")
SUBMITTED = PriorLearningSubmitted(*WHAT, 3, "kediri-1", "kota-kediri", "sealed", None)
BODY = {"unit": "b-network", "aspect": "skill", "level": 3, "evidence": "Lima tahun mengurus jaringan di kantor."}
PATH = "/v1/prior-learning"


def fact(stream, event):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Recorded(1, 0, stream, 1, "event", event, at, at, Metadata("c"))


def reviewed(level=3, accepted=True):
    return PriorLearningReviewed(*WHAT, level, "kediri-1", "kota-kediri", "budi", accepted, None)


def test_another_person_reviews_a_submission_once():
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


def test_a_submission_waits_in_the_persons_region_and_stays_where_it_was_reviewed():
    moved = PriorLearningMoved("kota-blitar")
    given(PRIOR_LEARNING, SUBMITTED).when(MovePriorLearning("kota-blitar")).then(moved)
    given(PRIOR_LEARNING, SUBMITTED, moved).when(MovePriorLearning("kota-blitar")).then()
    given(PRIOR_LEARNING, SUBMITTED, reviewed()).when(MovePriorLearning("kota-blitar")).then()
    given(PRIOR_LEARNING).when(MovePriorLearning("kota-blitar")).then()


def test_a_submission_made_during_the_move_follows_the_person():
    moved = fact("person-ani", MemberChanged(None, None, None, "SD", "kota-blitar", "sananwetan", "id"))
    late = MOVING.reaction(MOVING.reaction({}, moved).state, fact("prior-1", SUBMITTED))
    assert late.commands == [Dispatch(PRIOR_LEARNING, "1", MovePriorLearning("kota-blitar"))]
    at_home = MOVING.reaction({"region": "kota-kediri"}, fact("prior-1", SUBMITTED))
    assert not at_home.commands
    done = MOVING.reaction(late.state, fact("prior-1", reviewed()))
    assert done.state == {"region": "kota-blitar"}
