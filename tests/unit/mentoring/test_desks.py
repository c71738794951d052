from datetime import timedelta
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.declare.process import DeadlinePassed, Issue, Reaction
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_acts import (
    ConsultationAsked,
    ConsultationAssigned,
    ConsultationReopened,
    Escalate,
    HandOver,
    MissTarget,
    ResponseTargetMissed,
)
from services.mentoring.domain.desk import BOARD, HANDOVER, REGION, REGIONAL, STAND_IN, Owner
from services.mentoring.processes.board_desk import BOARD_DESK
from services.mentoring.processes.by_hand import BY_HAND
from services.mentoring.processes.region_desk import GRACE, REGION_DESK, TO_THE_BOARD
from services.mentoring.processes.response import RESPONSE
from tests.support.sample_community import BLITAR, KEDIRI, NOW
from tests.unit.mentoring.consultation_told import ASKED, LATER
from tests.unit.mentoring.sample_events import heard, recorded

STREAM = "consultation-c"
REOPENED = ConsultationReopened("ani", KEDIRI, "rani", REGION, REGION, None, LATER, 1)
AT_THE_BOARD = ConsultationAssigned("ani", KEDIRI, "koko", BOARD, BOARD)


def seat(kind: str, person: str, office: str = REGIONAL, region: str | None = KEDIRI) -> Fact:
    of_the_board = {"board": True} if kind in {"office-assumed", "stand-in-named"} else {}
    return heard(kind, {"office": office, "region": region, "person": person, **of_the_board}, region)


def played(manager: Any, *told: Any) -> Reaction:
    """The reaction to the last of them, after the others."""
    state: Any = {}
    for each in told:
        assert manager.concerned(each)
        reaction = manager.react(state, each)
        state = reaction.state
    return reaction  # type: ignore[no-any-return]


def over(of: str, owner: Owner) -> Issue:
    return Issue(CONSULTATION, "c", HandOver(of, owner))


def lies(event: Any = ASKED) -> Any:
    return recorded(STREAM, event)


SITS = seat("office-assumed", "rani")
GOES = seat("office-vacated", "rani")


def test_a_newcomer_takes_over_in_one_step_although_leaving_is_told_first() -> None:
    left = played(REGION_DESK, SITS, lies(), GOES)
    assert (left.issues, left.deadlines) == ((), {"empty": NOW + GRACE})
    comes = played(REGION_DESK, SITS, lies(), GOES, seat("office-assumed", "nina"))
    assert comes.issues == [over(REGION, Owner("nina", REGION, HANDOVER))]
    assert not comes.deadlines


def test_the_change_of_office_may_be_heard_before_the_question_and_is_told_the_same_way() -> None:
    asked = played(REGION_DESK, SITS, GOES, seat("office-assumed", "nina"), lies())
    assert asked.issues == [over(REGION, Owner("nina", REGION, HANDOVER))]


def test_a_seat_that_stays_empty_leaves_it_to_the_board_and_a_stand_in_fetches_it_back() -> None:
    passed = recorded("deadlines-x", DeadlinePassed("region-desk", KEDIRI, "empty", NOW + GRACE))
    assert played(REGION_DESK, SITS, lies(), GOES, passed).issues == [over(REGION, TO_THE_BOARD)]
    named = played(REGION_DESK, SITS, lies(), GOES, passed, lies(AT_THE_BOARD), seat("stand-in-named", "sinta"))
    assert named.issues == [over(BOARD, Owner("sinta", REGION, STAND_IN))]


def test_what_is_reopened_at_a_desk_long_empty_goes_to_the_board_at_once() -> None:
    passed = recorded("deadlines-x", DeadlinePassed("region-desk", KEDIRI, "empty", NOW + GRACE))
    assert played(REGION_DESK, SITS, GOES, passed, lies(REOPENED)).issues == [over(REGION, TO_THE_BOARD)]


def test_an_owner_of_whom_the_desk_has_not_heard_yet_is_left_alone() -> None:
    assert played(REGION_DESK, lies()).issues == ()


def test_the_board_moves_only_what_belongs_to_nobody_there_any_more() -> None:
    koko = seat("office-assumed", "koko", "coordinator", None)
    sari = seat("office-assumed", "sari", "secretary", None)
    goes = seat("office-vacated", "koko", "coordinator", None)
    passed = recorded("deadlines-x", DeadlinePassed("board-desk", "board", "empty", NOW + GRACE))
    assert played(BOARD_DESK, koko, lies(AT_THE_BOARD), sari).issues == []
    assert played(BOARD_DESK, koko, sari, lies(AT_THE_BOARD), goes, passed).issues == [
        over(BOARD, Owner("sari", BOARD, BOARD))
    ]


def test_what_nobody_in_person_owns_is_the_first_board_members_as_soon_as_there_is_one() -> None:
    asked = ConsultationAsked("ani", KEDIRI, "?", None, None, None, "web", None, BOARD, BOARD, LATER, 0)
    assert played(BOARD_DESK, lies(asked)).issues == []
    koko = seat("office-assumed", "koko", "coordinator", None)
    assert played(BOARD_DESK, lies(asked), koko).issues == [over(BOARD, Owner("koko", BOARD, BOARD))]


def test_an_owner_of_whom_the_board_has_not_heard_yet_is_left_alone() -> None:
    asked = ConsultationAsked("ani", KEDIRI, "?", None, None, None, "web", "koko", BOARD, BOARD, LATER, 0)
    sari = seat("office-assumed", "sari", "secretary", None)
    koko, goes = (seat(kind, "koko", "coordinator", None) for kind in ("office-assumed", "office-vacated"))
    passed = recorded("deadlines-x", DeadlinePassed("board-desk", "board", "empty", NOW + GRACE))
    assert played(BOARD_DESK, lies(asked)).issues == []
    assert played(BOARD_DESK, lies(asked), sari).issues == []
    assert played(BOARD_DESK, lies(asked), sari, koko).issues == []
    to_sari = [over(BOARD, Owner("sari", BOARD, BOARD))]
    assert played(BOARD_DESK, lies(asked), sari, koko, goes, passed).issues == to_sari


def test_what_is_reopened_with_whoever_left_the_board_goes_to_who_sits_there() -> None:
    reopened = ConsultationReopened("ani", KEDIRI, "koko", BOARD, BOARD, None, LATER, 1)
    sari = seat("office-assumed", "sari", "secretary", None)
    assert played(BOARD_DESK, sari, lies(reopened)).issues == [over(BOARD, Owner("sari", BOARD, BOARD))]


def test_what_an_earlier_release_kept_of_the_board_is_understood() -> None:
    kept = {
        "seats": {"secretary/all": {"holder": "sari", "stand_in": None}},
        "lies": {"c": ["koko", BOARD]},
        "emptied": None,
    }
    passed = recorded("deadlines-x", DeadlinePassed("board-desk", "board", "empty", NOW + GRACE))
    assert BOARD_DESK.react(kept, passed).issues == [over(BOARD, Owner("sari", BOARD, BOARD))]


def test_silence_is_lifted_to_somebody_else_on_the_board() -> None:
    missed = lies(ResponseTargetMissed(KEDIRI, "koko", LATER))
    koko, sari = (
        seat("office-assumed", who, office, None) for who, office in (("koko", "coordinator"), ("sari", "secretary"))
    )
    assert played(BOARD_DESK, koko, sari, missed).issues == [Issue(CONSULTATION, "c", Escalate("sari"))]


GIVEN = ConsultationAssigned("ani", KEDIRI, "mira", "hand", "hand")
BACK = [Issue(CONSULTATION, "c", HandOver("hand", Owner(None, REGION, HANDOVER), "mira"))]


def office(kind: str, name: str, region: str | None = KEDIRI) -> Fact:
    """Mira takes or leaves an office."""
    return _about(seat(kind, "mira", name, region), f"{name}.{region or 'all'}")


def test_what_was_given_by_hand_goes_back_with_the_last_office_that_answers_there() -> None:
    mentor, regional = office("office-assumed", "mentor"), office("office-assumed", REGIONAL)
    gone, left = office("office-vacated", "mentor"), office("office-vacated", REGIONAL)
    assert played(BY_HAND, mentor, regional, lies(GIVEN), gone).issues == []
    assert played(BY_HAND, mentor, regional, lies(GIVEN), gone, left).issues == BACK


def test_an_office_that_answers_nothing_there_keeps_nothing_by_hand() -> None:
    mentor, gone = office("office-assumed", "mentor"), office("office-vacated", "mentor")
    speaker, elsewhere = office("office-assumed", "speaker", None), office("office-assumed", "mentor", BLITAR)
    board = office("office-assumed", "secretary", None)
    assert played(BY_HAND, mentor, speaker, elsewhere, lies(GIVEN), gone).issues == BACK
    assert played(BY_HAND, mentor, board, lies(GIVEN), gone).issues == []
    # Whichever was heard first, what was given or the change of office.
    assert played(BY_HAND, mentor, speaker, gone, lies(GIVEN)).issues == BACK
    assert played(BY_HAND, mentor, gone, mentor, lies(GIVEN)).issues == ()


def test_an_office_of_no_concern_to_a_question_takes_nothing_with_it() -> None:
    speaker, silent = office("office-assumed", "speaker", None), office("office-vacated", "speaker", None)
    assert played(BY_HAND, speaker, lies(GIVEN), silent).issues == []


def test_what_an_earlier_release_kept_of_what_was_given_by_hand_is_understood() -> None:
    kept = {"lies": ["c"], "offices": [f"mentor.{KEDIRI}", "speaker.all"], "left": False}
    gone, silent = office("office-vacated", "mentor"), office("office-vacated", "speaker", None)
    first = BY_HAND.react(kept, gone)
    assert first.issues == []
    assert BY_HAND.react(first.state, silent).issues == BACK
    assert BY_HAND.react({"lies": [], "offices": [], "left": True}, lies(GIVEN)).issues == BACK


def test_the_time_to_answer_is_the_deadline_and_an_answer_withdraws_it() -> None:
    assert played(RESPONSE, lies()).deadlines == {"due": LATER}
    passed = recorded("deadlines-x", DeadlinePassed("response", "c", "due", LATER), at=LATER + timedelta(days=1))
    assert played(RESPONSE, lies(), passed).issues == [Issue(CONSULTATION, "c", MissTarget(LATER))]


def _about(fact: Fact, subject: str) -> Fact:
    return Fact(**{**{name: getattr(fact, name) for name in fact.__slots__}, "subject": subject})
