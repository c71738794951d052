import pytest

from services.kernel.testing import given
from services.members.domain.competence import COMPETENCE, Because, CompetenceRated, Rate

GATHERING = Because("activity", "gathering-1")


def rating(cls, level=2, rater="self", by="ani", because=None):
    return cls(
        person="ani",
        unit="b-slims",
        area="b",
        aspect="skill",
        level=level,
        rater=rater,
        by=by,
        framework="kediri-1",
        region="nganjuk",
        because=because,
    )


def test_a_person_rates_as_self_and_another_person_as_second():
    given(COMPETENCE).when(rating(Rate)).then(rating(CompetenceRated))
    second = {"rater": "second", "by": "budi", "level": 3, "because": GATHERING}
    given(COMPETENCE, rating(CompetenceRated)).when(rating(Rate, **second)).then(rating(CompetenceRated, **second))


@pytest.mark.parametrize("wrong", [{"rater": "second", "by": "ani"}, {"rater": "self", "by": "budi"}])
def test_the_second_rater_is_another(wrong):
    given(COMPETENCE).when(rating(Rate, **wrong)).refused("second-rater-is-another")


def test_the_same_said_again_for_the_same_reason_changes_nothing():
    said = rating(CompetenceRated, because=GATHERING)
    given(COMPETENCE, said).when(rating(Rate, because=GATHERING)).then()
    given(COMPETENCE, said).when(rating(Rate)).then(rating(CompetenceRated))
    lower = rating(CompetenceRated, level=1)
    given(COMPETENCE, said, lower).when(rating(Rate, because=GATHERING)).then(said)
