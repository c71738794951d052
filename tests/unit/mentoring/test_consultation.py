from datetime import UTC, datetime, timedelta

import pytest

from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from services.mentoring.domain import consultation_messages as messages
from services.mentoring.domain.consultation import CONSULTATION, MAX_ANSWERS, MAX_NOTES, MAX_ROUNDS
from services.mentoring.domain.desk import BOARD, ESCALATION, HAND, HANDOVER, REGION, Owner
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.domain.school_days import due
from tests.support.sample_community import KEDIRI, NOW

RULES = RulesInForce(3)
RANI = Owner("rani", REGION, REGION)
ASK = messages.Ask("ani", KEDIRI, "How do I back up?", None, "SD Contoh", "sealed", "web", RANI, NOW, RULES)
DUE = due(NOW, RULES)
ASKED = messages.ConsultationAsked(
    "ani", KEDIRI, "How do I back up?", None, "SD Contoh", "sealed", "web", "rani", REGION, REGION, DUE, 3
)
ANSWERED = messages.ConsultationAnswered("ani", KEDIRI, 1, "rani", "sealed", False)
RESOLVED = messages.ConsultationResolved("ani", KEDIRI, "ani")
PROMOTED = messages.ConsultationPromoted("ani", KEDIRI, "library-1", "mentorship-1", "rani")
MISSED = messages.ResponseTargetMissed(KEDIRI, "rani", DUE)
LIFTED = messages.ConsultationEscalated(KEDIRI, "rani", "koko")


def assigned(person: str | None, desk: str, why: str) -> messages.ConsultationAssigned:
    return messages.ConsultationAssigned("ani", KEDIRI, person, desk, why)


def test_a_question_is_asked_and_owned_in_one_event_under_the_rules_of_the_day() -> None:
    given(CONSULTATION).when(ASK).then(ASKED)
    given(CONSULTATION, ASKED).when(ASK).then()


@pytest.mark.parametrize("command", [messages.GiveAnswer("rani", "sealed", False), messages.MissTarget(DUE)])
def test_a_command_on_a_consultation_never_asked_is_not_found(command: messages.ConsultationCommand) -> None:
    with pytest.raises(NotFound):
        given(CONSULTATION).when(command)


def test_answers_are_numbered_and_an_answer_can_be_published() -> None:
    given(CONSULTATION, ASKED).when(messages.GiveAnswer("rani", "sealed", False)).then(ANSWERED)
    second = messages.ConsultationAnswered("ani", KEDIRI, 2, "rani", "sealed", True)
    given(CONSULTATION, ASKED, ANSWERED).when(messages.GiveAnswer("rani", "sealed", True)).then(second)
    given(CONSULTATION, ASKED, ANSWERED).when(messages.PublishAnswer(1)).then(messages.AnswerPublished(1, KEDIRI))
    given(CONSULTATION, ASKED, ANSWERED, second).when(messages.PublishAnswer(2)).then()
    for number in (0, 2):
        with pytest.raises(NotFound):
            given(CONSULTATION, ASKED, ANSWERED).when(messages.PublishAnswer(number))


def test_a_closed_consultation_takes_no_answer() -> None:
    answer = messages.GiveAnswer("rani", "sealed", False)
    given(CONSULTATION, ASKED, RESOLVED).when(answer).refused("consultation-is-closed")
    given(CONSULTATION, ASKED, PROMOTED).when(answer).refused("consultation-is-closed")


def test_the_asker_resolves_with_or_without_an_answer_and_only_the_asker_rates() -> None:
    rated = messages.ConsultationRated(KEDIRI, 4)
    given(CONSULTATION, ASKED).when(messages.Resolve("ani", True, None)).then(RESOLVED)
    given(CONSULTATION, ASKED, ANSWERED).when(messages.Resolve("ani", True, 4)).then(RESOLVED, rated)
    given(CONSULTATION, ASKED, ANSWERED, RESOLVED).when(messages.Resolve("ani", True, 4)).then(rated)
    given(CONSULTATION, ASKED, ANSWERED, RESOLVED, rated).when(messages.Resolve("ani", True, 4)).then()
    given(CONSULTATION, ASKED, ANSWERED).when(messages.Resolve("rani", False, 5)).refused("rating-is-the-askers")


def test_the_owner_resolves_only_an_answered_question() -> None:
    by_owner = messages.ConsultationResolved("ani", KEDIRI, "rani")
    given(CONSULTATION, ASKED).when(messages.Resolve("rani", False, None)).refused("answer-first")
    given(CONSULTATION, ASKED, ANSWERED).when(messages.Resolve("rani", False, None)).then(by_owner)


def test_the_asker_reopens_at_the_same_desk_and_the_time_to_answer_begins_anew() -> None:
    later = NOW + timedelta(days=9)
    reopened = messages.ConsultationReopened("ani", KEDIRI, "rani", REGION, REGION, "sealed", due(later, RULES), 3)
    history = (ASKED, ANSWERED, RESOLVED)
    given(CONSULTATION, *history).when(messages.Reopen(True, "sealed", later, RULES)).then(reopened)
    given(CONSULTATION, *history).when(messages.Reopen(False, "sealed", later, RULES)).refused("asker-reopens")
    given(CONSULTATION, ASKED).when(messages.Reopen(True, None, later, RULES)).then()
    again = given(CONSULTATION, *history, reopened).state
    assert (again.is_open, again.due, again.answers) == (True, due(later, RULES), 1)


def test_a_held_question_is_due_after_the_hold_ends() -> None:
    until = NOW + timedelta(days=30)
    held = messages.ConsultationHeld(KEDIRI, until, due(until, RULES), 3)
    given(CONSULTATION, ASKED).when(messages.Hold(until, NOW, RULES)).then(held)
    given(CONSULTATION, ASKED, held).when(messages.MissTarget(DUE)).then()
    given(CONSULTATION, ASKED).when(messages.Hold(NOW, NOW, RULES)).refused("hold-ends-later")
    given(CONSULTATION, ASKED, ANSWERED).when(messages.Hold(until, NOW, RULES)).refused("nothing-is-awaited")


def test_a_missed_target_is_recorded_once_and_escalates_once() -> None:
    given(CONSULTATION, ASKED).when(messages.MissTarget(DUE)).then(MISSED)
    given(CONSULTATION, ASKED, MISSED).when(messages.MissTarget(DUE)).then()
    given(CONSULTATION, ASKED).when(messages.Escalate("koko")).then()
    lifted = (LIFTED, assigned("koko", BOARD, ESCALATION))
    given(CONSULTATION, ASKED, MISSED).when(messages.Escalate("koko")).then(*lifted)
    given(CONSULTATION, ASKED, MISSED, *lifted).when(messages.Escalate("sari")).then()


@pytest.mark.parametrize("since", [ANSWERED, RESOLVED, PROMOTED])
def test_no_target_is_missed_once_the_question_is_answered_or_closed(since: messages.ConsultationEvent) -> None:
    given(CONSULTATION, ASKED, since).when(messages.MissTarget(DUE)).then()
    given(CONSULTATION, ASKED, MISSED, since).when(messages.Escalate("koko")).then()


def test_a_hand_over_moves_only_open_consultations_at_that_desk() -> None:
    nina = Owner("nina", REGION, HANDOVER)
    given(CONSULTATION, ASKED).when(messages.HandOver(REGION, nina)).then(assigned("nina", REGION, HANDOVER))
    given(CONSULTATION, ASKED).when(messages.HandOver(BOARD, nina)).then()
    given(CONSULTATION, ASKED, RESOLVED).when(messages.HandOver(REGION, nina)).then()
    given(CONSULTATION, ASKED).when(messages.HandOver(REGION, Owner("rani", REGION, HANDOVER))).then()
    by_hand = assigned("mira", HAND, HAND)
    given(CONSULTATION, ASKED, by_hand).when(messages.HandOver(HAND, nina, "mona")).then()
    given(CONSULTATION, ASKED, by_hand).when(messages.HandOver(HAND, nina, "mira")).then(
        assigned("nina", REGION, HANDOVER)
    )


def test_a_consultation_is_assigned_only_to_a_person_who_answers_in_the_region() -> None:
    given(CONSULTATION, ASKED).when(messages.AssignByHand("mira", True)).then(assigned("mira", HAND, HAND))
    given(CONSULTATION, ASKED).when(messages.AssignByHand("mira", False)).refused("owner-answers-there")
    given(CONSULTATION, ASKED).when(messages.AssignByHand("rani", True)).then()
    given(CONSULTATION, ASKED, RESOLVED).when(messages.AssignByHand("mira", True)).refused("consultation-is-closed")


def test_a_promotion_needs_a_library_and_closes_the_consultation() -> None:
    given(CONSULTATION, ASKED).when(messages.Promote("mentorship-1", "library-1", "rani")).then(PROMOTED)
    given(CONSULTATION, ASKED, PROMOTED).when(messages.Promote("mentorship-2", "library-1", "rani")).then()
    given(CONSULTATION, ASKED).when(messages.Promote("mentorship-1", None, "rani")).refused(
        "mentorship-needs-a-library"
    )
    given(CONSULTATION, ASKED, PROMOTED).when(messages.Reopen(True, None, NOW, RULES)).refused("consultation-is-closed")


def test_each_person_shares_a_trouble_once() -> None:
    budi = messages.TroubleShared("budi", KEDIRI)
    given(CONSULTATION, ASKED).when(messages.ShareTrouble("budi")).then(budi)
    given(CONSULTATION, ASKED, budi).when(messages.ShareTrouble("budi")).then()
    given(CONSULTATION, ASKED).when(messages.ShareTrouble("ani")).then()


def answers(count: int) -> list[messages.ConsultationAnswered]:
    return [messages.ConsultationAnswered("ani", KEDIRI, n, "rani", "sealed", False) for n in range(1, count + 1)]


REOPENED = messages.ConsultationReopened("ani", KEDIRI, "rani", REGION, REGION, None, DUE, 3)
REOPEN = messages.Reopen(True, None, NOW, RULES)


def test_a_question_full_of_answers_can_be_resolved_and_not_reopened() -> None:
    answer = messages.GiveAnswer("rani", "sealed", False)
    given(CONSULTATION, ASKED, *answers(MAX_ANSWERS - 1)).when(answer).then(answers(MAX_ANSWERS)[-1])
    full = (ASKED, *answers(MAX_ANSWERS))
    given(CONSULTATION, *full).when(answer).refused("consultation-is-full")
    given(CONSULTATION, *full).when(messages.Resolve("ani", True, None)).then(RESOLVED)
    # What can be answered no more would wait for ever.
    given(CONSULTATION, *full, RESOLVED).when(REOPEN).refused("consultation-is-full")


def test_a_question_is_reopened_at_most_max_rounds_times() -> None:
    round_and_round = [RESOLVED, REOPENED] * (MAX_ROUNDS - 2)
    given(CONSULTATION, ASKED, *round_and_round, RESOLVED).when(REOPEN).then(REOPENED)
    given(CONSULTATION, ASKED, *round_and_round, RESOLVED, REOPENED, RESOLVED).when(REOPEN).refused(
        "consultation-is-full"
    )


def test_a_question_takes_at_most_max_notes_notes() -> None:
    note, noted = messages.TakeNote("rani", "sealed"), messages.NoteTaken("rani", "sealed")
    given(CONSULTATION, ASKED, *[noted] * (MAX_NOTES - 1)).when(note).then(noted)
    given(CONSULTATION, ASKED, *[noted] * MAX_NOTES).when(note).refused("consultation-is-full")


def test_a_hold_may_move_although_the_due_day_stays_the_same() -> None:
    sunday, saturday = (datetime(2026, 3, day, 2, 0, tzinfo=UTC) for day in (8, 7))
    answer_by = due(sunday, RULES)
    assert due(saturday, RULES) == answer_by
    held = messages.ConsultationHeld(KEDIRI, saturday, answer_by, 3)
    later = messages.ConsultationHeld(KEDIRI, sunday, answer_by, 3)
    given(CONSULTATION, ASKED, held).when(messages.Hold(sunday, NOW, RULES)).then(later)
    given(CONSULTATION, ASKED, held).when(messages.Hold(saturday, NOW, RULES)).then()
