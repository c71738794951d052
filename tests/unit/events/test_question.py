import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.domain.question import (
    QUESTIONS,
    AnswerQuestion,
    AskQuestion,
    HideQuestion,
    MergeQuestion,
    PickQuestion,
    QuestionAnswered,
    QuestionAsked,
    QuestionHidden,
    QuestionMerged,
    QuestionPicked,
    QuestionRejoined,
    QuestionTookPlace,
    QuestionWithdrawn,
    RejoinQueue,
    WithdrawQuestion,
)
from services.kernel.base.problem import NotFound, Refused
from services.kernel.testing import given

ONE, TWO = QuestionAsked("one", "ani", "sealed"), QuestionAsked("two", "budi", "sealed")


def test_questions_are_taken_while_the_lecture_is_held() -> None:
    given(QUESTIONS).when(AskQuestion("one", "ani", "sealed", running=True)).then(ONE)
    given(QUESTIONS, ONE).when(AskQuestion("one", "ani", "sealed", running=True)).then()
    given(QUESTIONS).when(AskQuestion("one", "ani", "sealed", running=False)).refused("lecture-not-open")


def test_three_questions_of_one_person_wait_at_a_time() -> None:
    three = [QuestionAsked(name, "ani", "sealed") for name in ("one", "two", "three")]
    another = AskQuestion("four", "ani", "sealed", running=True)
    given(QUESTIONS, *three).when(another).refused("questions-waiting-already")
    given(QUESTIONS, *three).when(AskQuestion("four", "budi", "sealed", running=True)).then(
        QuestionAsked("four", "budi", "sealed")
    )
    given(QUESTIONS, *three, QuestionPicked("one")).when(another).then(QuestionAsked("four", "ani", "sealed"))


def test_a_question_that_rejoins_the_queue_goes_to_the_end() -> None:
    off = QuestionWithdrawn("one")
    given(QUESTIONS, ONE, TWO).when(WithdrawQuestion("one")).then(off)
    given(QUESTIONS, ONE, TWO, off).when(WithdrawQuestion("one")).then()
    history = given(QUESTIONS, ONE, TWO, off)
    history.when(RejoinQueue("one", running=True)).then(QuestionRejoined("one"))
    history.when(RejoinQueue("one", running=False)).refused("lecture-not-open")
    assert given(QUESTIONS, ONE, TWO, off, QuestionRejoined("one")).state.line == ("two", "one")


def test_the_same_question_is_joined_with_one_that_stands_for_itself() -> None:
    given(QUESTIONS, ONE, TWO).when(MergeQuestion("two", "one")).then(QuestionMerged("two", "one"))
    given(QUESTIONS, ONE, TWO, QuestionMerged("two", "one")).when(MergeQuestion("two", "one")).then()
    given(QUESTIONS, ONE).when(MergeQuestion("one", "one")).refused("not-mergeable")
    given(QUESTIONS, ONE, TWO, QuestionHidden("one")).when(MergeQuestion("two", "one")).refused("not-mergeable")


def test_a_merged_question_keeps_its_place_when_its_first_asker_withdraws() -> None:
    three = QuestionAsked("three", "citra", "sealed")
    joined = given(QUESTIONS, ONE, TWO, three, QuestionMerged("two", "one"))
    off = [QuestionTookPlace("two", "one"), QuestionWithdrawn("one")]
    joined.when(WithdrawQuestion("one")).then(*off)
    after = given(QUESTIONS, ONE, TWO, three, QuestionMerged("two", "one"), *off)
    assert after.state.line == ("two", "three")
    picked = given(QUESTIONS, ONE, TWO, three, QuestionMerged("two", "one"), QuestionPicked("one"), *off)
    assert picked.state.next == "two"
    all_three = given(QUESTIONS, ONE, TWO, three, QuestionMerged("two", "one"), QuestionMerged("three", "one"))
    all_three.when(WithdrawQuestion("one")).then(off[0], QuestionMerged("three", "two"), off[1])
    all_three.when(WithdrawQuestion("two")).then(QuestionWithdrawn("two"))


def test_merged_questions_follow_their_question_into_another() -> None:
    three = QuestionAsked("three", "citra", "sealed")
    given(QUESTIONS, ONE, TWO, three, QuestionMerged("two", "one")).when(MergeQuestion("one", "three")).then(
        QuestionMerged("one", "three"), QuestionMerged("two", "three")
    )


def test_picking_another_question_returns_the_former_to_the_front() -> None:
    given(QUESTIONS, ONE, TWO).when(PickQuestion("two")).then(QuestionPicked("two"))
    picked = given(QUESTIONS, ONE, TWO, QuestionPicked("two"))
    picked.when(PickQuestion("one")).then(QuestionPicked("one", instead="two"))
    assert given(QUESTIONS, ONE, TWO, QuestionPicked("two"), QuestionPicked("one", "two")).state.line == ("two",)
    given(QUESTIONS, ONE, QuestionHidden("one")).when(PickQuestion("one")).refused("question-not-waiting")


def test_a_hidden_question_is_not_answered_and_an_answered_question_is_answered_again_but_not_hidden() -> None:
    answer = AnswerQuestion("one", "dosen", "sealed")
    given(QUESTIONS, ONE).when(answer).then(QuestionAnswered("one", "dosen", "sealed"))
    given(QUESTIONS, ONE, QuestionHidden("one")).when(answer).refused("question-not-waiting")
    answered = given(QUESTIONS, ONE, QuestionAnswered("one", "dosen", "sealed"))
    answered.when(HideQuestion("one")).then()
    answered.when(AnswerQuestion("one", "dosen", "better")).then(QuestionAnswered("one", "dosen", "better"))


def test_an_unknown_question_is_not_found() -> None:
    with pytest.raises(NotFound):
        given(QUESTIONS).when(HideQuestion("one"))


NAMES = st.sampled_from(["a", "b", "c", "d"])
COMMANDS = st.one_of(
    st.builds(AskQuestion, NAMES, NAMES, st.just("sealed"), st.booleans()),
    st.builds(WithdrawQuestion, NAMES),
    st.builds(RejoinQueue, NAMES, st.booleans()),
    st.builds(MergeQuestion, NAMES, NAMES),
    st.builds(PickQuestion, NAMES),
    st.builds(HideQuestion, NAMES),
    st.builds(AnswerQuestion, NAMES, NAMES, st.just("sealed")),
)


@given_any(st.lists(COMMANDS, max_size=25))
def test_the_line_of_questions_is_consistent_always(
    commands: list[object],
) -> None:
    questions = QUESTIONS.initial
    for command in commands:
        try:
            for event in QUESTIONS.decide(command, questions):
                questions = QUESTIONS.evolve(questions, event)
        except (Refused, NotFound):
            continue
        waiting = {name for name, asked in questions.asked.items() if asked.state == "waiting"}
        assert sorted(questions.line) == sorted(waiting)
        assert sum(asked.state == "next" for asked in questions.asked.values()) <= 1
        ahead = {questions.asked[asked.into].state for asked in questions.asked.values() if asked.into is not None}
        assert ahead <= {"waiting", "next", "answered", "hidden"}
        assert all((asked.into is not None) == (asked.state == "merged") for asked in questions.asked.values())
