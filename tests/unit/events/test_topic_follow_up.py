from services.events.domain.activity import ActivityCompleted
from services.events.domain.topic import TOPIC, MarkDiscussed, TakeUpTopic
from services.events.processes.topic_follow_up import TOPIC_FOLLOW_UP
from services.kernel.declare.process import Dispatch
from tests.support.sample_community import KEDIRI
from tests.unit.events.sample_events import planned, published, recorded


def test_planning_accepts_the_topic() -> None:
    fact = recorded("gathering-a", planned())
    assert TOPIC_FOLLOW_UP.concerned(fact) == ["topic-1"]
    assert TOPIC_FOLLOW_UP.reaction({}, fact).commands == [Dispatch(TOPIC, "topic-1", TakeUpTopic())]


def test_a_completed_activity_has_discussed_its_topic() -> None:
    fact = recorded("gathering-a", ActivityCompleted("topic-1", KEDIRI, 9, 1))
    assert TOPIC_FOLLOW_UP.concerned(fact) == ["topic-1"]
    assert TOPIC_FOLLOW_UP.reaction({}, fact).commands == [Dispatch(TOPIC, "topic-1", MarkDiscussed("a"))]


def test_an_activity_without_a_topic_and_everything_else_concern_it_not() -> None:
    for event in (ActivityCompleted("", KEDIRI, 9, 1), published()):
        assert not TOPIC_FOLLOW_UP.concerned(recorded("gathering-a", event))
