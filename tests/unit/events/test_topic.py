import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.events.domain.topic import (
    TOPIC,
    AnswerTopic,
    DecideTopic,
    EndorseTopic,
    JoinTopic,
    MarkDiscussed,
    RaiseTopic,
    TakeUpTopic,
    TopicAnswered,
    TopicCommand,
    TopicDecided,
    TopicDiscussed,
    TopicEndorsed,
    TopicJoined,
    TopicRaised,
)
from services.kernel.base.problem import NotFound, Refused
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI

RAISED = TopicRaised("Barcodes", "ani", "member", KEDIRI, "sealed")
DECLINED = TopicDecided("declined", "not ours", KEDIRI)
ACCEPTED = TopicDecided("accepted", None, KEDIRI)
DISCUSSED = TopicDiscussed("activity-1")


def test_a_topic_is_raised_with_its_origin() -> None:
    given(TOPIC).when(RaiseTopic("Barcodes", "ani", "member", KEDIRI, "sealed")).then(RAISED)


def test_a_topic_is_shared_or_endorsed_once_a_person() -> None:
    given(TOPIC, RAISED).when(JoinTopic("budi")).then(TopicJoined("budi", KEDIRI))
    given(TOPIC, RAISED).when(JoinTopic("ani")).then()
    given(TOPIC, RAISED).when(EndorseTopic("citra")).then(TopicEndorsed("citra", KEDIRI))
    given(TOPIC, RAISED, TopicEndorsed("citra", KEDIRI)).when(EndorseTopic("citra")).then()
    given(TOPIC, RAISED).when(EndorseTopic("ani")).then()


def test_an_endorser_who_joins_a_topic_counts_once() -> None:
    topic = given(TOPIC, RAISED, TopicEndorsed("citra", KEDIRI), TopicJoined("citra", KEDIRI)).state
    assert (topic.raisers, topic.endorsers) == ({"ani", "citra"}, set())


def test_declining_needs_a_reason() -> None:
    given(TOPIC, RAISED).when(DecideTopic("declined")).refused("declining-needs-a-reason")
    given(TOPIC, RAISED).when(DecideTopic("declined", "not ours")).then(DECLINED)


def test_a_declined_topic_takes_no_raisers_until_accepted() -> None:
    given(TOPIC, RAISED, DECLINED).when(JoinTopic("budi")).refused("topic-declined")
    given(TOPIC, RAISED, DECLINED).when(EndorseTopic("budi")).refused("topic-declined")
    given(TOPIC, RAISED, DECLINED).when(DecideTopic("accepted")).then(ACCEPTED)
    given(TOPIC, RAISED, DECLINED, ACCEPTED).when(JoinTopic("budi")).then(TopicJoined("budi", KEDIRI))


def test_the_same_decision_again_changes_nothing() -> None:
    given(TOPIC, RAISED, ACCEPTED).when(DecideTopic("accepted")).then()
    given(TOPIC, RAISED, DECLINED).when(DecideTopic("declined", "still not ours")).then()


def test_a_topic_that_something_is_planned_about_is_accepted_by_that() -> None:
    given(TOPIC, RAISED).when(TakeUpTopic()).then(ACCEPTED)
    given(TOPIC, RAISED, ACCEPTED).when(TakeUpTopic()).then()


def test_a_discussed_topic_cannot_be_declined() -> None:
    given(TOPIC, RAISED, ACCEPTED, DISCUSSED).when(DecideTopic("declined", "no")).refused("already-discussed")


def test_a_topic_is_discussed_once_for_each_activity() -> None:
    given(TOPIC, RAISED).when(MarkDiscussed("activity-1")).then(DISCUSSED)
    given(TOPIC, RAISED, DISCUSSED).when(MarkDiscussed("activity-1")).then()
    given(TOPIC, RAISED, DISCUSSED).when(MarkDiscussed("activity-2")).then(TopicDiscussed("activity-2"))


def test_only_raisers_say_whether_a_topic_is_solved_and_only_after_the_discussion() -> None:
    given(TOPIC, RAISED, DISCUSSED).when(AnswerTopic("citra", solved=True)).refused("raisers-only")
    given(TOPIC, RAISED).when(AnswerTopic("ani", solved=True)).refused("not-discussed-yet")
    given(TOPIC, RAISED, DISCUSSED).when(AnswerTopic("ani", solved=True)).then(TopicAnswered("ani", True, KEDIRI))


def test_a_raiser_may_think_again_and_the_last_word_stands() -> None:
    yes, no = (TopicAnswered("ani", solved, KEDIRI) for solved in (True, False))
    given(TOPIC, RAISED, DISCUSSED, yes).when(AnswerTopic("ani", solved=True)).then()
    given(TOPIC, RAISED, DISCUSSED, yes).when(AnswerTopic("ani", solved=False)).then(no)
    assert given(TOPIC, RAISED, DISCUSSED, yes, no).state.answers == {("ani", False)}


def test_an_unknown_topic_is_not_found() -> None:
    for command in (JoinTopic("ani"), DecideTopic("accepted"), AnswerTopic("ani", solved=True)):
        with pytest.raises(NotFound):
            given(TOPIC).when(command)


PEOPLE = st.sampled_from(["ani", "budi", "citra", "dewi"])
COMMANDS = st.one_of(
    st.builds(JoinTopic, PEOPLE),
    st.builds(EndorseTopic, PEOPLE),
    st.builds(DecideTopic, st.sampled_from(["accepted", "declined"]), st.just("why")),
    st.just(TakeUpTopic()),
    st.builds(MarkDiscussed, st.sampled_from(["activity-1", "activity-2"])),
    st.builds(AnswerTopic, PEOPLE, st.booleans()),
)


@given_any(st.lists(COMMANDS, max_size=40))
def test_a_person_counts_once_and_has_one_answer_always(commands: list[TopicCommand]) -> None:
    topic = TOPIC.evolve(TOPIC.initial, RAISED)
    for command in commands:
        try:
            events = TOPIC.decide(command, topic)
        except Refused:
            continue
        for event in events:
            topic = TOPIC.evolve(topic, event)
        assert not topic.raisers & topic.endorsers
        assert {person for person, _ in topic.answers} <= topic.raisers
        assert len({person for person, _ in topic.answers}) == len(topic.answers)
