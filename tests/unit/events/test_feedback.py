from dataclasses import replace

from services.events.domain.feedback import FEEDBACK, FeedbackGiven, GiveFeedback
from services.kernel.testing import given

GIVE = GiveFeedback("ani", 5, 4, present=True, wish="sealed")
GIVEN = FeedbackGiven("ani", 5, 4, "sealed")


def test_a_participant_gives_feedback_once() -> None:
    given(FEEDBACK).when(GIVE).then(GIVEN)
    given(FEEDBACK, GIVEN).when(replace(GIVE, useful=1)).refused("feedback-once")
    given(FEEDBACK, GIVEN).when(replace(GIVE, person="budi")).then(replace(GIVEN, person="budi"))


def test_only_participants_give_feedback() -> None:
    given(FEEDBACK).when(replace(GIVE, present=False)).refused("only-who-was-there")


def test_scores_go_from_one_to_five() -> None:
    for score in (0, 6):
        given(FEEDBACK).when(replace(GIVE, useful=score)).refused("scores-from-1-to-5")
        given(FEEDBACK).when(replace(GIVE, understood=score)).refused("scores-from-1-to-5")
