from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.domain.problem import (
    AFTERWARDS,
    PROBLEMS,
    CaptureProblem,
    MakeTopic,
    MergeProblem,
    ProblemBecameTopic,
    ProblemCaptured,
    ProblemCommand,
    ProblemMerged,
    ProblemShared,
    ShareProblem,
)
from services.events.domain.topic import TOPIC, JoinTopic, RaiseTopic
from services.events.processes.problem_follow_up import PROBLEM_FOLLOW_UP
from services.kernel.base.problem import NotFound, Refused
from services.kernel.declare.process import Dispatch
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import HELD, recorded
from tests.unit.events.sample_times import END, START

NAMED = CaptureProblem("p", "ani", "ani", "sealed", START, HELD)
NAMELESS = CaptureProblem("q", None, "a", "sealed", START, HELD)
P = ProblemCaptured("p", "ani", "ani", "sealed", KEDIRI)
Q = ProblemCaptured("q", None, "a", "sealed", KEDIRI)
TO_TOPIC = MakeTopic("p", "t", "Barcode", "member", "ani", "sealed")
TOPIC_MADE = ProblemBecameTopic("p", "t", "Barcode", "member", ("ani", "budi"), "sealed", KEDIRI)
SHARED = ProblemShared("p", "budi")


def test_a_problem_is_said_by_name_or_without() -> None:
    given(PROBLEMS).when(NAMED).then(P)
    given(PROBLEMS).when(NAMELESS).then(Q)
    given(PROBLEMS, P).when(NAMED).then()


def test_a_problem_is_said_during_the_activity_and_for_a_week_after() -> None:
    given(PROBLEMS).when(replace(NAMED, at=END + AFTERWARDS)).then(P)
    given(PROBLEMS).when(replace(NAMED, at=END + AFTERWARDS + timedelta(seconds=1))).refused("problems-are-closed")
    given(PROBLEMS).when(replace(NAMED, at=START - timedelta(hours=1))).refused("not-started-yet")
    for state, rule in (("planned", "not-published-yet"), ("cancelled", "activity-cancelled")):
        given(PROBLEMS).when(replace(NAMED, times=replace(HELD, state=state))).refused(rule)


def test_each_person_shares_a_problem_once() -> None:
    given(PROBLEMS, P).when(ShareProblem("p", "budi")).then(SHARED)
    given(PROBLEMS, P, SHARED).when(ShareProblem("p", "budi")).then()
    given(PROBLEMS, P).when(ShareProblem("p", "ani")).then()


def test_two_equal_problems_are_merged() -> None:
    merged = ProblemMerged("q", "p", (), 1)
    history = given(PROBLEMS, P, Q)
    history.when(MergeProblem("q", "p")).then(merged)
    together = given(PROBLEMS, P, Q, merged)
    assert together.state.all["p"].nameless == 1
    together.when(MergeProblem("q", "p")).then()
    together.when(ShareProblem("q", "budi")).refused("problem-is-merged")
    together.when(MergeProblem("p", "q")).refused("merges-into-another")
    for into in ("p", "x"):
        given(PROBLEMS, P).when(MergeProblem("p", into)).refused("merges-into-another")


def test_a_problem_becomes_a_topic_raised_by_its_named_persons() -> None:
    given(PROBLEMS, P, SHARED).when(TO_TOPIC).then(TOPIC_MADE)
    made = given(PROBLEMS, P, SHARED, TOPIC_MADE)
    made.when(TO_TOPIC).then()
    made.when(replace(TO_TOPIC, topic="u")).refused("problem-is-a-topic")
    made.when(ShareProblem("p", "citra")).refused("problem-is-a-topic")


def test_an_unknown_problem_is_not_found() -> None:
    for command in (ShareProblem("x", "ani"), MergeProblem("x", "p"), replace(TO_TOPIC, problem="x")):
        with pytest.raises(NotFound):
            given(PROBLEMS, P).when(command)


def test_the_topic_is_raised_by_the_first_and_joined_by_the_others() -> None:
    fact = recorded("problems-w", TOPIC_MADE)
    assert PROBLEM_FOLLOW_UP.concerned(fact) == ["p"]
    assert PROBLEM_FOLLOW_UP.react({}, fact).commands == [
        Dispatch(TOPIC, "t", RaiseTopic("Barcode", "ani", "member", KEDIRI, "sealed")),
        Dispatch(TOPIC, "t", JoinTopic("budi")),
    ]
    assert not PROBLEM_FOLLOW_UP.concerned(recorded("problems-w", P))


IDS = st.sampled_from(["p", "q", "r"])
PEOPLE = st.sampled_from(["ani", "budi", "citra"])
COMMANDS: st.SearchStrategy[ProblemCommand] = st.one_of(
    st.builds(lambda p, who: replace(NAMED, problem=p, person=who, owner=who or "a"), IDS, st.none() | PEOPLE),
    st.builds(ShareProblem, IDS, PEOPLE),
    st.builds(MergeProblem, IDS, IDS),
    st.builds(lambda p: replace(TO_TOPIC, problem=p, topic=f"t-{p}"), IDS),
)


@given_any(st.lists(COMMANDS, max_size=25))
def test_merging_problems_always_keeps_every_person(commands: list[ProblemCommand]) -> None:
    state = PROBLEMS.initial
    named: set[str] = set()
    nameless = 0
    for command in commands:
        try:
            events = PROBLEMS.decide(command, state)
        except (Refused, NotFound):
            continue
        for event in events:
            state = PROBLEMS.evolve(state, event)
            if isinstance(event, ProblemCaptured | ProblemShared):
                named |= {event.person} if event.person else set()
                nameless += event.person is None
    standing = [problem for problem in state.all.values() if not problem.into]
    assert {person for problem in standing for person in problem.persons} == named
    assert sum(problem.nameless for problem in standing) == nameless
