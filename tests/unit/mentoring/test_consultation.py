from datetime import UTC, datetime, timedelta

import pytest

from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from services.mentoring.domain import consultation_messages as messages
from services.mentoring.domain.consultation import ANSWERS_AT_MOST, CONSULTATION, NOTES_AT_MOST, ROUNDS_AT_MOST
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


def test_it_is_asked_and_owned_in_one_event_under_the_rules_of_the_day() -> None:
    given(CONSULTATION).when(ASK).then(ASKED)
    given(CONSULTATION, ASKED).when(ASK).then()


@pytest.mark.parametrize("command", [messages.GiveAnswer("rani", "sealed", False), messages.MissTarget(DUE)])
def test_what_nobody_asked_is_not_there(command: messages.ConsultationCommand) -> None:
    with pytest.raises(NotFound):
        given(CONSULTATION).when(command)


def test_answers_are_counted_and_one_may_be_read_by_others() -> None:
    given(CONSULTATION, ASKED).when(messages.GiveAnswer("rani", "sealed", False)).then(ANSWERED)
    second = messages.ConsultationAnswered("ani", KEDIRI, 2, "rani", "sealed", True)
    given(CONSULTATION, ASKED, ANSWERED).when(messages.GiveAnswer("rani", "sealed", True)).then(second)
    given(CONSULTATION, ASKED, ANSWERED).when(messages.PublishAnswer(1)).then(messages.AnswerPublished(1, KEDIRI))
    given(CONSULTATION, ASKED, ANSWERED, second).when(messages.PublishAnswer(2)).then()
    for number in (0, 2):
        with pytest.raises(NotFound):
            given(CONSULTATION, ASKED, ANSWERED).when(messages.PublishAnswer(number))


def test_what_is_closed_takes_no_answer_until_it_is_reopened() -> None:
    answer = messages.GiveAnswer("rani", "sealed", False)
    given(CONSULTATION, ASKED, RESOLVED).when(answer).refused("consultation-is-closed")
    given(CONSULTATION, ASKED, PROMOTED).when(answer).refused("consultation-is-closed")


def test_the_asker_solves_it_with_or_without_an_answer_and_alone_rates_it() -> None:
    rated = messages.ConsultationRated(KEDIRI, 4)
    given(CONSULTATION, ASKED).when(messages.Resolve("ani", True, None)).then(RESOLVED)
    given(CONSULTATION, ASKED, ANSWERED).when(messages.Resolve("ani", True, 4)).then(RESOLVED, rated)
    given(CONSULTATION, ASKED, ANSWERED, RESOLVED).when(messages.Resolve("ani", True, 4)).then(rated)
    given(CONSULTATION, ASKED, ANSWERED, RESOLVED, rated).when(messages.Resolve("ani", True, 4)).then()
    given(CONSULTATION, ASKED, ANSWERED).when(messages.Resolve("rani", False, 5)).refused("rating-is-the-askers")


def test_the_owner_solves_only_what_is_answered() -> None:
    by_owner = messages.ConsultationResolved("ani", KEDIRI, "rani")
    given(CONSULTATION, ASKED).when(messages.Resolve("rani", False, None)).refused("answer-first")
    given(CONSULTATION, ASKED, ANSWERED).when(messages.Resolve("rani", False, None)).then(by_owner)


def test_the_asker_reopens_it_where_it_lay_and_the_time_to_answer_begins_anew() -> None:
    later = NOW + timedelta(days=9)
    reopened = messages.ConsultationReopened("ani", KEDIRI, "rani", REGION, REGION, "sealed", due(later, RULES), 3)
    history = (ASKED, ANSWERED, RESOLVED)
    given(CONSULTATION, *history).when(messages.Reopen(True, "sealed", later, RULES)).then(reopened)
    given(CONSULTATION, *history).when(messages.Reopen(False, "sealed", later, RULES)).refused("asker-reopens")
    given(CONSULTATION, ASKED).when(messages.Reopen(True, None, later, RULES)).then()
    again = given(CONSULTATION, *history, reopened).state
    assert (again.is_open, again.due, again.answers) == (True, due(later, RULES), 1)


def test_what_is_held_is_due_when_it_can_go_on() -> None:
    until = NOW + timedelta(days=30)
    held = messages.ConsultationHeld(KEDIRI, until, due(until, RULES), 3)
    given(CONSULTATION, ASKED).when(messages.Hold(until, NOW, RULES)).then(held)
    given(CONSULTATION, ASKED, held).when(messages.MissTarget(DUE)).then()
    given(CONSULTATION, ASKED).when(messages.Hold(NOW, NOW, RULES)).refused("hold-ends-later")
    given(CONSULTATION, ASKED, ANSWERED).when(messages.Hold(until, NOW, RULES)).refused("nothing-is-awaited")


def test_silence_is_noticed_once_and_lifts_it_to_the_board_once() -> None:
    given(CONSULTATION, ASKED).when(messages.MissTarget(DUE)).then(MISSED)
    given(CONSULTATION, ASKED, MISSED).when(messages.MissTarget(DUE)).then()
    given(CONSULTATION, ASKED).when(messages.Escalate("koko")).then()
    lifted = (LIFTED, assigned("koko", BOARD, ESCALATION))
    given(CONSULTATION, ASKED, MISSED).when(messages.Escalate("koko")).then(*lifted)
    given(CONSULTATION, ASKED, MISSED, *lifted).when(messages.Escalate("sari")).then()


@pytest.mark.parametrize("since", [ANSWERED, RESOLVED, PROMOTED])
def test_whoever_answered_in_time_was_not_silent(since: messages.ConsultationEvent) -> None:
    given(CONSULTATION, ASKED, since).when(messages.MissTarget(DUE)).then()
    given(CONSULTATION, ASKED, MISSED, since).when(messages.Escalate("koko")).then()


def test_whoever_takes_the_seat_takes_what_lies_at_the_desk_and_nothing_else() -> None:
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


def test_it_is_given_to_somebody_who_answers_there() -> None:
    given(CONSULTATION, ASKED).when(messages.AssignByHand("mira", True)).then(assigned("mira", HAND, HAND))
    given(CONSULTATION, ASKED).when(messages.AssignByHand("mira", False)).refused("owner-answers-there")
    given(CONSULTATION, ASKED).when(messages.AssignByHand("rani", True)).then()
    given(CONSULTATION, ASKED, RESOLVED).when(messages.AssignByHand("mira", True)).refused("consultation-is-closed")


def test_it_becomes_a_mentorship_of_a_library_and_is_closed_by_that() -> None:
    given(CONSULTATION, ASKED).when(messages.Promote("mentorship-1", "library-1", "rani")).then(PROMOTED)
    given(CONSULTATION, ASKED, PROMOTED).when(messages.Promote("mentorship-2", "library-1", "rani")).then()
    given(CONSULTATION, ASKED).when(messages.Promote("mentorship-1", None, "rani")).refused(
        "mentorship-needs-a-library"
    )
    given(CONSULTATION, ASKED, PROMOTED).when(messages.Reopen(True, None, NOW, RULES)).refused("consultation-is-closed")


def test_the_same_trouble_is_counted_once_a_person() -> None:
    budi = messages.TroubleShared("budi", KEDIRI)
    given(CONSULTATION, ASKED).when(messages.ShareTrouble("budi")).then(budi)
    given(CONSULTATION, ASKED, budi).when(messages.ShareTrouble("budi")).then()
    given(CONSULTATION, ASKED).when(messages.ShareTrouble("ani")).then()


def answers(count: int) -> list[messages.ConsultationAnswered]:
    return [messages.ConsultationAnswered("ani", KEDIRI, n, "rani", "sealed", False) for n in range(1, count + 1)]


REOPENED = messages.ConsultationReopened("ani", KEDIRI, "rani", REGION, REGION, None, DUE, 3)
REOPEN = messages.Reopen(True, None, NOW, RULES)


def test_a_question_has_its_bound_of_answers_and_is_then_solved_for_good() -> None:
    answer = messages.GiveAnswer("rani", "sealed", False)
    given(CONSULTATION, ASKED, *answers(ANSWERS_AT_MOST - 1)).when(answer).then(answers(ANSWERS_AT_MOST)[-1])
    full = (ASKED, *answers(ANSWERS_AT_MOST))
    given(CONSULTATION, *full).when(answer).refused("consultation-is-full")
    given(CONSULTATION, *full).when(messages.Resolve("ani", True, None)).then(RESOLVED)
    # What can be answered no more would wait for ever.
    given(CONSULTATION, *full, RESOLVED).when(REOPEN).refused("consultation-is-full")


def test_a_question_is_reopened_so_often_and_no_oftener() -> None:
    round_and_round = [RESOLVED, REOPENED] * (ROUNDS_AT_MOST - 2)
    given(CONSULTATION, ASKED, *round_and_round, RESOLVED).when(REOPEN).then(REOPENED)
    given(CONSULTATION, ASKED, *round_and_round, RESOLVED, REOPENED, RESOLVED).when(REOPEN).refused(
        "consultation-is-full"
    )


def test_those_who_answer_note_so_much_and_no_more() -> None:
    note, noted = messages.TakeNote("rani", "sealed"), messages.NoteTaken("rani", "sealed")
    given(CONSULTATION, ASKED, *[noted] * (NOTES_AT_MOST - 1)).when(note).then(noted)
    given(CONSULTATION, ASKED, *[noted] * NOTES_AT_MOST).when(note).refused("consultation-is-full")


def test_it_is_held_until_another_day_although_the_answer_is_due_on_the_same() -> None:
    sunday, saturday = (datetime(2026, 3, day, 2, 0, tzinfo=UTC) for day in (8, 7))
    answer_by = due(sunday, RULES)
    assert due(saturday, RULES) == answer_by
    held = messages.ConsultationHeld(KEDIRI, saturday, answer_by, 3)
    later = messages.ConsultationHeld(KEDIRI, sunday, answer_by, 3)
    given(CONSULTATION, ASKED, held).when(messages.Hold(sunday, NOW, RULES)).then(later)
    given(CONSULTATION, ASKED, held).when(messages.Hold(saturday, NOW, RULES)).then()
