from datetime import UTC, datetime, timedelta
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.declare.process import DeadlinePassed, Dispatch, Reaction
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_messages import (
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
from tests.unit.mentoring.sample_events import heard, recorded

STREAM = "consultation-c"
LATER = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
ASKED = ConsultationAsked(
    "ani", KEDIRI, "How do I back up?", "library-1", None, "sealed", "web", "rani", REGION, REGION, LATER, 1
)
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
        reaction = manager.reaction(state, each)
        state = reaction.state
    return reaction  # type: ignore[no-any-return]


def over(of: str, owner: Owner) -> Dispatch:
    return Dispatch(CONSULTATION, "c", HandOver(of, owner))


def lies(event: Any = ASKED) -> Any:
    return recorded(STREAM, event)


SITS = seat("office-assumed", "rani")
GOES = seat("office-vacated", "rani")


def test_a_newcomer_takes_over_in_one_step_although_the_leaving_is_told_first() -> None:
    left = played(REGION_DESK, SITS, lies(), GOES)
    assert (left.commands, left.deadlines) == ((), {"empty": NOW + GRACE})
    comes = played(REGION_DESK, SITS, lies(), GOES, seat("office-assumed", "nina"))
    assert comes.commands == [over(REGION, Owner("nina", REGION, HANDOVER))]
    assert not comes.deadlines


def test_the_change_of_office_may_be_heard_before_the_question_and_is_told_the_same_way() -> None:
    asked = played(REGION_DESK, SITS, GOES, seat("office-assumed", "nina"), lies())
    assert asked.commands == [over(REGION, Owner("nina", REGION, HANDOVER))]


def test_consultations_of_an_empty_seat_go_to_the_board_and_a_stand_in_fetches_them_back() -> None:
    passed = recorded("deadlines-x", DeadlinePassed("region-desk", KEDIRI, "empty", NOW + GRACE))
    assert played(REGION_DESK, SITS, lies(), GOES, passed).commands == [over(REGION, TO_THE_BOARD)]
    named = played(REGION_DESK, SITS, lies(), GOES, passed, lies(AT_THE_BOARD), seat("stand-in-named", "sinta"))
    assert named.commands == [over(BOARD, Owner("sinta", REGION, STAND_IN))]


def test_a_consultation_reopened_at_an_empty_desk_goes_to_the_board_at_once() -> None:
    passed = recorded("deadlines-x", DeadlinePassed("region-desk", KEDIRI, "empty", NOW + GRACE))
    assert played(REGION_DESK, SITS, GOES, passed, lies(REOPENED)).commands == [over(REGION, TO_THE_BOARD)]


def test_the_desk_leaves_an_owner_alone_before_any_fact_about_the_seat() -> None:
    assert played(REGION_DESK, lies()).commands == ()


def test_the_board_moves_only_consultations_whose_owner_left() -> None:
    koko = seat("office-assumed", "koko", "coordinator", None)
    sari = seat("office-assumed", "sari", "secretary", None)
    goes = seat("office-vacated", "koko", "coordinator", None)
    passed = recorded("deadlines-x", DeadlinePassed("board-desk", "board", "empty", NOW + GRACE))
    assert played(BOARD_DESK, koko, lies(AT_THE_BOARD), sari).commands == []
    assert played(BOARD_DESK, koko, sari, lies(AT_THE_BOARD), goes, passed).commands == [
        over(BOARD, Owner("sari", BOARD, BOARD))
    ]


def test_a_consultation_without_a_person_goes_to_the_first_board_member() -> None:
    asked = ConsultationAsked("ani", KEDIRI, "?", None, None, None, "web", None, BOARD, BOARD, LATER, 0)
    assert played(BOARD_DESK, lies(asked)).commands == []
    koko = seat("office-assumed", "koko", "coordinator", None)
    assert played(BOARD_DESK, lies(asked), koko).commands == [over(BOARD, Owner("koko", BOARD, BOARD))]


def test_the_board_leaves_an_owner_alone_before_any_fact_about_the_owner() -> None:
    asked = ConsultationAsked("ani", KEDIRI, "?", None, None, None, "web", "koko", BOARD, BOARD, LATER, 0)
    sari = seat("office-assumed", "sari", "secretary", None)
    koko, goes = (seat(kind, "koko", "coordinator", None) for kind in ("office-assumed", "office-vacated"))
    passed = recorded("deadlines-x", DeadlinePassed("board-desk", "board", "empty", NOW + GRACE))
    assert played(BOARD_DESK, lies(asked)).commands == []
    assert played(BOARD_DESK, lies(asked), sari).commands == []
    assert played(BOARD_DESK, lies(asked), sari, koko).commands == []
    to_sari = [over(BOARD, Owner("sari", BOARD, BOARD))]
    assert played(BOARD_DESK, lies(asked), sari, koko, goes, passed).commands == to_sari


def test_a_consultation_reopened_with_a_former_board_member_goes_to_a_present_one() -> None:
    reopened = ConsultationReopened("ani", KEDIRI, "koko", BOARD, BOARD, None, LATER, 1)
    sari = seat("office-assumed", "sari", "secretary", None)
    assert played(BOARD_DESK, sari, lies(reopened)).commands == [over(BOARD, Owner("sari", BOARD, BOARD))]


def test_a_board_state_of_an_earlier_release_is_read() -> None:
    kept = {
        "seats": {"secretary/all": {"holder": "sari", "stand_in": None}},
        "lies": {"c": ["koko", BOARD]},
        "emptied": None,
    }
    passed = recorded("deadlines-x", DeadlinePassed("board-desk", "board", "empty", NOW + GRACE))
    assert BOARD_DESK.reaction(kept, passed).commands == [over(BOARD, Owner("sari", BOARD, BOARD))]


def test_a_vacated_seat_is_stored_apart_from_a_seat_of_which_no_fact_was_heard() -> None:
    assert played(REGION_DESK, lies()).state == {"lies": {"c": "rani"}}
    assert played(REGION_DESK, GOES, lies()).state["seat"] == {"holder": None}


def test_the_board_stores_who_left_even_where_nobody_did() -> None:
    # A state without them was stored by the earlier release, and every owner without a seat has left then.
    asked = ConsultationAsked("ani", KEDIRI, "?", None, None, None, "web", "koko", BOARD, BOARD, LATER, 0)
    assert played(BOARD_DESK, lies(asked)).state == {"lies": {"c": ["koko", BOARD]}, "gone": []}


def test_a_missed_target_escalates_to_another_board_member() -> None:
    missed = lies(ResponseTargetMissed(KEDIRI, "koko", LATER))
    koko, sari = (
        seat("office-assumed", who, office, None) for who, office in (("koko", "coordinator"), ("sari", "secretary"))
    )
    assert played(BOARD_DESK, koko, sari, missed).commands == [Dispatch(CONSULTATION, "c", Escalate("sari"))]


GIVEN = ConsultationAssigned("ani", KEDIRI, "mira", "hand", "hand")
BACK = [Dispatch(CONSULTATION, "c", HandOver("hand", Owner(None, REGION, HANDOVER), "mira"))]


def office(kind: str, name: str, region: str | None = KEDIRI) -> Fact:
    """Mira takes or leaves an office."""
    return _about(seat(kind, "mira", name, region), f"{name}.{region or 'all'}")


def test_an_assigned_consultation_returns_with_the_last_answering_office() -> None:
    mentor, regional = office("office-assumed", "mentor"), office("office-assumed", REGIONAL)
    gone, left = office("office-vacated", "mentor"), office("office-vacated", REGIONAL)
    assert played(BY_HAND, mentor, regional, lies(GIVEN), gone).commands == []
    assert played(BY_HAND, mentor, regional, lies(GIVEN), gone, left).commands == BACK


def test_an_office_that_does_not_answer_in_the_region_keeps_no_assigned_consultation() -> None:
    mentor, gone = office("office-assumed", "mentor"), office("office-vacated", "mentor")
    speaker, elsewhere = office("office-assumed", "speaker", None), office("office-assumed", "mentor", BLITAR)
    board = office("office-assumed", "secretary", None)
    assert played(BY_HAND, mentor, speaker, elsewhere, lies(GIVEN), gone).commands == BACK
    assert played(BY_HAND, mentor, board, lies(GIVEN), gone).commands == []
    # Whichever was heard first, what was given or the change of office.
    assert played(BY_HAND, mentor, speaker, gone, lies(GIVEN)).commands == BACK
    assert played(BY_HAND, mentor, gone, mentor, lies(GIVEN)).commands == ()


def test_leaving_an_unrelated_office_returns_nothing() -> None:
    speaker, silent = office("office-assumed", "speaker", None), office("office-vacated", "speaker", None)
    assert played(BY_HAND, speaker, lies(GIVEN), silent).commands == []


def test_an_assignee_state_of_an_earlier_release_is_read() -> None:
    kept = {"lies": ["c"], "offices": [f"mentor.{KEDIRI}", "speaker.all"], "left": False}
    gone, silent = office("office-vacated", "mentor"), office("office-vacated", "speaker", None)
    first = BY_HAND.reaction(kept, gone)
    assert first.commands == []
    assert BY_HAND.reaction(first.state, silent).commands == BACK
    assert BY_HAND.reaction({"lies": [], "offices": [], "left": True}, lies(GIVEN)).commands == BACK


def test_the_time_to_answer_is_the_deadline_and_an_answer_withdraws_it() -> None:
    assert played(RESPONSE, lies()).deadlines == {"due": LATER}
    passed = recorded("deadlines-x", DeadlinePassed("response", "c", "due", LATER), at=LATER + timedelta(days=1))
    assert played(RESPONSE, lies(), passed).commands == [Dispatch(CONSULTATION, "c", MissTarget(LATER))]


def _about(fact: Fact, subject: str) -> Fact:
    return Fact(**{**{name: getattr(fact, name) for name in fact.__slots__}, "subject": subject})
